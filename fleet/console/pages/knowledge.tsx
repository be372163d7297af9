/** The knowledge base: which version terminals get, and which of its answers people open most and are helped by. */
import type { KnowledgeUse, KnowledgeVersions } from '../../console-api/desk.ts';
import { useAnswer } from '../api/queries.ts';
import { SpanChoice, useSpan } from '../components/span.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Code, Moment, Status } from '../components/text.tsx';
import { formatCount, percent } from '../format.ts';
import { usePreferences, useSay } from '../preferences.tsx';

export function KnowledgePage() {
  const say = useSay();
  const { span, set } = useSpan(30);
  const versions = useAnswer('knowledge', {}, { live: true });
  const use = useAnswer('knowledgeUse', { query: { ...span } }, { live: true, keep: true });
  const versionColumns = useVersionColumns(versions.data?.versions[0]?.version);
  const useColumns = useUseColumns();
  return (
    <>
      <div className="page-head">
        <h1>{say('knowledge.title')}</h1>
        <div className="end">
          <SpanChoice span={span} set={set} />
        </div>
      </div>
      <section className="panel">
        <header>
          <h2>{say('knowledge.asked')}</h2>
        </header>
        <Shown answer={use}>
          {({ answers }) =>
            answers.length === 0 ? (
              <Empty title={say('knowledge.noViews')} />
            ) : (
              <DataTable caption={say('knowledge.asked')} rows={answers} keyOf={({ id }) => id} columns={useColumns} toneOf={edgeOf} />
            )
          }
        </Shown>
      </section>
      <section className="panel">
        <header>
          <h2>{say('knowledge.earlier')}</h2>
        </header>
        <Shown answer={versions}>
          {(answer) =>
            answer.versions.length === 0 ? (
              <Empty title={say('knowledge.none')}>{say('knowledge.noneWhy')}</Empty>
            ) : (
              <DataTable caption={say('knowledge.earlier')} rows={answer.versions} keyOf={({ version }) => String(version)} columns={versionColumns} />
            )
          }
        </Shown>
      </section>
    </>
  );
}

type Asked = KnowledgeUse['answers'][number];

/** Somebody should write it anew: more said that it did not help than that it did. */
function edgeOf({ solved, unsolved }: Asked): 'warn' | undefined {
  return unsolved > solved ? 'warn' : undefined;
}

function useUseColumns(): readonly Column<Asked>[] {
  const { say, locale } = usePreferences();
  return [
    { key: 'question', head: say('knowledge.question'), name: true, cell: (row) => <Question asked={row} locale={locale} /> },
    { key: 'views', head: say('knowledge.views'), figure: true, cell: ({ views }) => formatCount(views) },
    { key: 'solved', head: say('knowledge.solved'), figure: true, cell: ({ solved }) => formatCount(solved) },
    { key: 'unsolved', head: say('knowledge.unsolved'), figure: true, cell: ({ unsolved }) => formatCount(unsolved) },
    {
      key: 'helped',
      head: say('knowledge.helped'),
      figure: true,
      cell: ({ solved, unsolved }) => (solved + unsolved === 0 ? '—' : percent(solved, solved + unsolved)),
    },
  ];
}

/** In the reader's language where it has it, else in the one that it has. */
function Question({ asked: { id, question }, locale }: { readonly asked: Asked; readonly locale: string }) {
  const say = useSay();
  const [language, text] = Object.entries(question ?? {}).toSorted(([one], [other]) => Number(other === locale) - Number(one === locale))[0] ?? [];
  return (
    <span className="question">
      {text === undefined ? <span className="quiet">{say('knowledge.gone')}</span> : <span lang={language}>{text}</span>} <Code>{id}</Code>
    </span>
  );
}

type Version = KnowledgeVersions['versions'][number];

function useVersionColumns(published: number | undefined): readonly Column<Version>[] {
  const say = useSay();
  return [
    { key: 'version', head: say('knowledge.version'), name: true, cell: ({ version }) => say('knowledge.versionIs', { n: version }) },
    {
      key: 'published',
      head: say('terminals.health'),
      beside: true,
      cell: ({ version, restores }) =>
        version === published ? (
          <Status tone="ok">{say('knowledge.published')}</Status>
        ) : restores === null ? null : (
          <span className="quiet">{say('knowledge.restores', { n: restores })}</span>
        ),
    },
    { key: 'documents', head: say('knowledge.documentsHead'), figure: true, cell: ({ documents }) => formatCount(documents) },
    { key: 'at', head: say('knowledge.at'), cell: ({ publishedAt }) => <Moment at={publishedAt} precision="minute" /> },
    { key: 'by', head: say('knowledge.by'), cell: ({ publishedBy }) => publishedBy },
  ];
}
