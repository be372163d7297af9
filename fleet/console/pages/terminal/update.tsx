/** How an update stands on a terminal, as it last told: which release, how far, what it waits for or why not, and which one was gone back from. */
import type { ReactNode } from 'react';
import type { UpdateReport } from '../../../../common/upstream-api/updates.ts';
import { Code, Status, type Tone } from '../../components/text.tsx';
import { formatCount } from '../../format.ts';
import { usePreferences } from '../../preferences.tsx';

const MEBIBYTE = 1024 * 1024;

const TONES: Readonly<Record<UpdateReport['state'], Tone>> = {
  checking: 'info',
  fetching: 'info',
  verified: 'info',
  waiting: 'info',
  swapping: 'info',
  onTrial: 'info',
  confirmed: 'ok',
  trouble: 'warn',
};

export function Update({ update: { state, release, done, total, waitsFor = [], why, rolledBack } }: { readonly update: UpdateReport }) {
  const { say } = usePreferences();
  const mib = (bytes: number): string => formatCount(Math.round(bytes / MEBIBYTE));
  return (
    <section className="panel">
      <header>
        <h2>{say('terminal.update')}</h2>
        <Status tone={TONES[state]}>{say(`update.${state}`)}</Status>
      </header>
      <div className="body">
        <dl className="pairs">
          {release !== undefined && (
            <Pair name={say('terminal.updateRelease')}>
              <Code>{release}</Code>
            </Pair>
          )}
          {done !== undefined && total !== undefined && (
            <Pair name={say('terminal.updateFetched')}>{say('terminal.updateOf', { done: mib(done), total: mib(total) })}</Pair>
          )}
          {waitsFor.length > 0 && <Pair name={say('terminal.updateWaitsFor')}>{waitsFor.map((each) => say(`updateWaits.${each}`)).join(' · ')}</Pair>}
          {why !== undefined && <Pair name={say('terminal.updateWhy')}>{say(`updateWhy.${why}`)}</Pair>}
          {rolledBack !== undefined && (
            <Pair name={say('terminal.updateRolledBack')}>
              <Code>{rolledBack}</Code>
            </Pair>
          )}
          {release === undefined && why === undefined && rolledBack === undefined && (
            <Pair name={say('terminal.updateRelease')}>{say('terminal.updatePackage')}</Pair>
          )}
        </dl>
      </div>
    </section>
  );
}

function Pair({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
