/** Rows of data: a table on a desk, a card a row on a phone, from one description of the columns. */
import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand at the end, so that their digits are above each other. */
  readonly figure?: boolean;
  /** The row's name: the head of its card on a phone. Exactly one. */
  readonly name?: boolean;
  /** Stands at the end of the name's line in the card: how it is. */
  readonly beside?: boolean;
  /** Left out of the card. */
  readonly deskOnly?: boolean;
  /** A line of its own in the card, that needs no word before it. */
  readonly wide?: boolean;
}

export interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Colors the row's edge: something in it wants a person. */
  readonly toneOf?: (row: Row) => 'danger' | 'warn' | undefined;
}

/** The roles are said, since a table that is laid out as cards would lose its own. */
export function DataTable<Row>({ caption, columns, rows, keyOf, toneOf }: DataTableProps<Row>) {
  return (
    <table className="table" role="table">
      <caption className="vh">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ key, head, figure }) => (
            <th key={key} role="columnheader" scope="col" className={figure === true ? 'figure' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" data-tone={toneOf?.(row)}>
            {columns.map((column) => (
              <td key={column.key} role="cell" className={classOf(column)} data-head={column.head}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function classOf({ figure, name, beside, deskOnly, wide }: Column<never>): string {
  return [figure === true && 'figure', name === true && 'name', beside === true && 'beside', deskOnly === true && 'desk-only', wide === true && 'wide']
    .filter(Boolean)
    .join(' ');
}
