/** A list that is read page by page, in its panel, in whichever state it is in. */
import type { Paged } from '../api/queries.ts';
import { More } from './more.tsx';
import { Empty, Failed, Loading } from './states.tsx';
import { DataTable, type DataTableProps } from './table.tsx';

export interface PagedTableProps<Row> extends Omit<DataTableProps<Row>, 'rows'> {
  readonly pages: Paged<Row>;
  /** Said when there is nothing. */
  readonly none: string;
}

export function PagedTable<Row>({ pages, none, ...table }: PagedTableProps<Row>) {
  if (pages.pending) return <Loading />;
  if (pages.items.length === 0) return pages.failure === undefined ? <Empty title={none} /> : <Failed failure={pages.failure} again={pages.again} />;
  return (
    <>
      <DataTable {...table} rows={pages.items} />
      <More pages={pages} />
    </>
  );
}
