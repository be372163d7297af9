/** 查日志: search by number, card, day or sum; prove the whole, and take it along on a stick. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { money } from '../words.ts';
import { DigitPad, KeyBoard, Typed } from './pads.tsx';
import { Verdict } from './overview.tsx';
import { Back, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-journal'>;

const FIELDS = ['reference', 'tail', 'day', 'amount'] as const;

export function JournalRoom({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, field, typed, state, job, mayExport, page, pages } = body;
  const busy = job?.state === 'running' || state === 'searching';
  return (
    <StaffFrame title={say('title.journal')} staff={staff} className="staff--journal">
      <div className="room">
        <div className="room-answer">
          <div className="staff-choices" role="group" aria-label={say('journal.by')}>
            {FIELDS.map((each) => (
              <StaffButton key={each} testId={`by-${each}`} act={{ type: 'search-by', field: each }} chosen={field === each}>
                {say(`journal.field.${each}`)}
              </StaffButton>
            ))}
          </div>
          <Typed text={typed} label={say(`journal.field.${field}`)} />
          {field === 'reference' ? (
            <KeyBoard />
          ) : (
            <DigitPad
              {...(field === 'amount'
                ? {
                    extra: (
                      <StaffButton testId="key-point" act={{ type: 'key', key: '.' }} typing>
                        .
                      </StaffButton>
                    ),
                  }
                : {})}
            />
          )}
        </div>
        <div className="room-read">
          {job !== undefined && <Job job={job} say={say} />}
          <Found body={body} say={say} />
        </div>
      </div>
      <StaffBar>
        <Back />
        <StaffButton testId="verify" act={{ type: 'work', work: 'verify' }} icon="shield" {...(busy ? { off: say('wait') } : {})}>
          {say('journal.verify')}
        </StaffButton>
        <StaffButton
          testId="export"
          act={{ type: 'work', work: 'export' }}
          icon="down"
          {...(!mayExport ? { off: say('notAllowed') } : busy ? { off: say('wait') } : {})}
        >
          {say('journal.export')}
        </StaffButton>
        {pages > 1 && (
          <>
            <StaffButton testId="previous" act={{ type: 'page', to: 'previous' }} {...(page === 0 ? { off: say('first') } : {})}>
              {say('previous')}
            </StaffButton>
            <StaffButton testId="next" act={{ type: 'page', to: 'next' }} {...(page === pages - 1 ? { off: say('last') } : {})}>
              {say('next')}
            </StaffButton>
          </>
        )}
        <StaffButton testId="confirm" act={{ type: 'confirm' }} primary icon="search" {...(busy ? { off: say('wait') } : {})}>
          {say('journal.search')}
        </StaffButton>
      </StaffBar>
    </StaffFrame>
  );
}

function Job({ job, say }: { readonly job: NonNullable<Body['job']>; readonly say: StaffSay }) {
  return (
    <div className="staff-job" role="status" data-testid="job" data-what={job.what} data-state={job.state}>
      {job.state === 'running' && <p>{say(`journal.${job.what}Running`)}</p>}
      {job.state === 'good' && (
        <>
          <p>
            <Verdict good>{say(`journal.${job.what}Good`, { n: job.entries })}</Verdict>
          </p>
          {job.file !== undefined && <p className="staff-file">{job.file}</p>}
        </>
      )}
      {job.state === 'bad' && (
        <>
          <p>
            <Verdict good={false}>{say(`journal.${job.what}Bad`)}</Verdict>
          </p>
          <p className="staff-file">{job.why}</p>
        </>
      )}
    </div>
  );
}

function Found({ body: { state, found, cut, page, pages }, say }: { readonly body: Body; readonly say: StaffSay }) {
  if (state === 'typing') return <p className="staff-quiet">{say('journal.hint')}</p>;
  if (state === 'searching') return <p role="status">{say('journal.searching')}</p>;
  return (
    <>
      <p className="staff-quiet" role="status">
        {found.length === 0 ? say('journal.nothing') : say('journal.page', { page: page + 1, pages })}
        {cut ? ` ${say('journal.cut')}` : ''}
      </p>
      <div className="staff-list">
        {found.map(({ transactionId, reference, at, tail, amount, outcome, type }, index) => (
          <Button key={transactionId} testId={`found-${index}`} act={{ type: 'pick', index }} className="staff-button staff-found">
            <span className="staff-found-head">
              <b className="tn">{reference}</b>
              {amount !== undefined && <b className="tn">¥&nbsp;{money(amount)}</b>}
            </span>
            <span className="staff-found-line">
              <span className="tn">
                {at.slice(5, 16).replace('T', ' ')} · {say(`story.type.${type}`)}
                {tail === '' ? '' : ` · ${say('story.tail', { tail })}`}
              </span>
              <Verdict good={outcome !== 'case' && outcome !== 'open' && outcome !== 'refused'}>{say(`story.outcome.${outcome}`)}</Verdict>
            </span>
          </Button>
        ))}
      </div>
    </>
  );
}
