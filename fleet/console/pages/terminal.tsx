/** One terminal: its condition, its journal with what proves it, its transactions, who let it in and out. */
import { Link } from 'wouter';
import { useAnswer } from '../api/queries.ts';
import { Icon } from '../components/icon.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { Ago, Code } from '../components/text.tsx';
import { terminalPath } from '../paths.ts';
import { useSay } from '../preferences.tsx';
import { useMay } from '../session.tsx';
import { IdentityPart } from './terminal/identity.tsx';
import { JournalPart } from './terminal/journal.tsx';
import { OverviewPart } from './terminal/overview.tsx';
import { TransactionsPart } from './terminal/transactions.tsx';
import { Health } from './terminal/words.tsx';

const PARTS = ['overview', 'journal', 'transactions', 'identity'] as const;
type Part = (typeof PARTS)[number];

export function TerminalPage({ terminalId, part = 'overview' }: { readonly terminalId: string; readonly part?: string | undefined }) {
  const say = useSay();
  const terminal = useAnswer('terminal', { params: { terminalId } }, { live: true });
  const chosen = PARTS.find((each) => each === part);
  return (
    <>
      <div className="page-head">
        <Link href="/terminals" className="back-link">
          <Icon name="back" />
          {say('terminals.title')}
        </Link>
        <h1>
          <Code>{terminalId}</Code>
        </h1>
        {terminal.data !== undefined && (
          <>
            <Health terminal={terminal.data} />
            {terminal.data.lastSeenAt !== null && (
              <span className="small">
                {say('terminals.seen')} <Ago at={terminal.data.lastSeenAt} />
              </span>
            )}
          </>
        )}
      </div>
      <Tabs terminalId={terminalId} chosen={chosen} />
      <Shown answer={terminal}>
        {(detail) => {
          switch (chosen) {
            case 'overview':
              return <OverviewPart terminal={detail} />;
            case 'journal':
              return <JournalPart terminalId={terminalId} />;
            case 'transactions':
              return <TransactionsPart terminalId={terminalId} />;
            case 'identity':
              return <IdentityPart terminal={detail} />;
            case undefined:
              return <Empty title={say('state.noPage', { path: part })} />;
          }
        }}
      </Shown>
    </>
  );
}

function Tabs({ terminalId, chosen }: { readonly terminalId: string; readonly chosen: Part | undefined }) {
  const say = useSay();
  const mayRead = useMay('journal.read');
  const parts = PARTS.filter((part) => mayRead || (part !== 'journal' && part !== 'transactions'));
  return (
    <nav className="tabs" aria-label={say('terminal.parts')}>
      {parts.map((part) => (
        <Link key={part} href={terminalPath(terminalId, part === 'overview' ? undefined : part)} aria-current={part === chosen ? 'page' : undefined}>
          {say(`terminal.part.${part}`)}
        </Link>
      ))}
    </nav>
  );
}
