/** 帮助与支持: what is asked most, questions by subject, an answer with what to do next. The search: support-search.tsx; people: support-contacts.tsx. */
import { helpGroups, type ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { CallPanel } from '../components/call-panel.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { Chip, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';

type Question = ViewBodyOf<'help-home'>['questions'][number];
type Group = Question['group'];

const GROUP_ICONS: Readonly<Record<Group, IconName>> = {
  paying: 'topUp',
  refunds: 'moneyBack',
  card: 'card',
  lost: 'lost',
  machine: 'printer',
  safety: 'lock',
};

/** How many of what is asked most there is room for. */
const ROOM_FOR = {
  portrait: { standard: 4, large: 2, xlarge: 2 },
  low: { standard: 2, large: 1, xlarge: 1 },
  landscape: { standard: 3, large: 1, xlarge: 1 },
} as const;

export function HelpHome({ body }: { readonly body: ViewBodyOf<'help-home'> }) {
  const { view, say, size, landscape } = useKiosk();
  const room = ROOM_FOR[landscape ? 'landscape' : view.preferences.lowReach ? 'low' : 'portrait'][size];
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('support.title')}</h1>
        <p className="lead quiet under-title">{say('support.lead')}</p>
        <CallPanel />
      </Read>
      <Touch className="touch--asks touch--home">
        {body.questions.slice(0, room).map((question, index) => (
          <Ask key={question.id} question={question} first={index === 0} />
        ))}
        <Button testId="help-search" act={{ type: 'help', to: 'search' }} className="choice ask ask--search">
          <span className="ask-icon">
            <Icon name="search" />
          </span>
          <span className="ask-text quiet">{say('support.search')}</span>
        </Button>
        <div className={`ask-pair ${body.callback === undefined ? '' : 'ask-pair--3'}`}>
          <Button testId="help-groups" act={{ type: 'help', to: 'groups' }} className="btn btn--small">
            <Icon name="list" />
            <span>{say('support.groups')}</span>
          </Button>
          <Button testId="help-safety" act={{ type: 'help-group', group: 'safety' }} className="btn btn--small">
            <Icon name="lock" />
            <span>{say('support.safety')}</span>
          </Button>
          {body.callback !== undefined && (
            <Button testId="desk-callback" act={{ type: 'desk', purpose: 'callback' }} className="btn btn--small">
              <Icon name="call" />
              <span>{say('support.callback')}</span>
            </Button>
          )}
        </div>
        <div className={`ask-pair ${body.check === undefined ? '' : 'ask-pair--3'}`}>
          {body.check !== undefined && (
            <Button testId="desk-diagnosis" act={{ type: 'desk', purpose: 'diagnosis' }} className="btn btn--small">
              <Icon name="card" />
              <span>{say('support.check')}</span>
            </Button>
          )}
          <Button testId="desk-ticket" act={{ type: 'desk', purpose: 'ticket' }} className="btn btn--small">
            <Icon name="ticket" />
            <span>{say('support.ticket')}</span>
          </Button>
          <Button testId="desk-progress" act={{ type: 'desk', purpose: 'progress' }} className="btn btn--small">
            <Icon name="wait" />
            <span>{say('support.progress')}</span>
          </Button>
        </div>
      </Touch>
      <Actions>
        <BackAction />
        <PersonAction />
      </Actions>
    </>
  );
}

/** @param first it stands out: what most people come for */
export function Ask({ question: { id, group, question }, first = false }: { readonly question: Question; readonly first?: boolean }) {
  return (
    <Button testId={`question-${id}`} act={{ type: 'question', id }} className={`choice ask ${first ? 'ask--first' : ''}`}>
      <span className="ask-icon ask-icon--filled">
        <Icon name={GROUP_ICONS[group]} />
      </span>
      <span className="ask-text">{question}</span>
      <Icon name="chevron" size="s" />
    </Button>
  );
}

export function PersonAction() {
  const { say } = useKiosk();
  return (
    <Action testId="help-contacts" act={{ type: 'help', to: 'contacts' }} icon="headset">
      {say('support.person')}
    </Action>
  );
}

export function HelpGroups() {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('support.groupsTitle')}</h1>
        <p className="lead quiet under-title">{say('support.groupsLead')}</p>
        <CallPanel />
      </Read>
      <Touch className="touch--groups">
        <div className="tiles tiles--2">
          {helpGroups.map((group) => (
            <Button key={group} testId={`help-group-${group}`} act={{ type: 'help-group', group }} className="tile help-group">
              <span className="ask-icon ask-icon--filled">
                <Icon name={GROUP_ICONS[group]} />
              </span>
              <span className="name">{say(`support.group.${group}`)}</span>
            </Button>
          ))}
        </div>
      </Touch>
      <Actions>
        <BackAction />
        <PersonAction />
      </Actions>
    </>
  );
}

export function HelpList({ body }: { readonly body: ViewBodyOf<'help-list'> }) {
  const { say } = useKiosk();
  const { group, questions } = body;
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say(`support.group.${group}`)}</h1>
        <PageNumber page={body} />
        <CallPanel />
      </Read>
      <Touch className="touch--asks">
        {questions.map((question) => (
          <Ask key={question.id} question={question} />
        ))}
      </Touch>
      <PagedActions page={body} />
    </>
  );
}

interface Paged {
  readonly page: number;
  readonly pages: number;
}

export function PageNumber({ page: { page, pages } }: { readonly page: Paged }) {
  const { say } = useKiosk();
  if (pages === 1) return null;
  return (
    <p className="lead quiet under-title tn" role="status">
      {say('support.page', { at: page + 1, of: pages })}
    </p>
  );
}

/** Back, and the pages on both sides of this one; people, where there is one page. */
export function PagedActions({ page: { page, pages }, person = true }: { readonly page: Paged; readonly person?: boolean }) {
  const { say } = useKiosk();
  if (pages === 1) {
    return (
      <Actions layout={person ? 'split' : 'one'}>
        <BackAction />
        {person && <PersonAction />}
      </Actions>
    );
  }
  const place = say('support.page', { at: page + 1, of: pages });
  return (
    <div className="action action--pages">
      <BackAction />
      <Action testId="page-previous" act={{ type: 'page', to: 'previous' }} off={page === 0 ? place : undefined}>
        {say('support.previous')}
      </Action>
      <Action testId="page-next" act={{ type: 'page', to: 'next' }} off={page + 1 >= pages ? place : undefined}>
        {say('support.next')}
      </Action>
    </div>
  );
}

const SOLVED_ICONS = { machine: 'tick', phone: 'call', counter: 'place' } as const satisfies Record<string, IconName>;

export function HelpAnswer({ body }: { readonly body: ViewBodyOf<'help-answer'> }) {
  const { view, say, landscape } = useKiosk();
  const { question, money, steps, solvedAt } = body;
  const { hotline, terminal } = view.site;
  return (
    <>
      <Read className="read--answer">
        <h1 className="title">{question}</h1>
        <p className="answer-where">
          <Chip tone={solvedAt === 'machine' ? 'ok' : 'plain'} icon={SOLVED_ICONS[solvedAt]}>
            {say(`support.solvedAt.${solvedAt}`)}
          </Chip>
        </p>
        {money !== undefined && (
          <Notice tone="info" icon="shield">
            <p className="body strong">{money}</p>
          </Notice>
        )}
        {landscape && <Verdict body={body} />}
      </Read>
      <Touch className="touch--answer">
        <ol className="panel lost-steps answer-steps">
          {steps.map((step, index) => (
            <li key={step}>
              <span className="lost-number" aria-hidden="true">
                {index + 1}
              </span>
              <span>{step}</span>
            </li>
          ))}
        </ol>
        <p className="body answer-call">
          <Icon name="call" size="s" />
          <span>
            <Rich text={say('contact.both', { hotline, terminal })} />
          </span>
        </p>
        {!landscape && <Verdict body={body} />}
      </Touch>
      <Actions>
        <BackAction />
        <LeadsTo body={body} />
      </Actions>
    </>
  );
}

/** One touch, counted; not again for this answer. */
function Verdict({ body: { verdict } }: { readonly body: ViewBodyOf<'help-answer'> }) {
  const { say } = useKiosk();
  if (verdict !== 'asked') {
    return (
      <p className="verdict verdict--said lead" role="status">
        <Icon name="tick" size="s" />
        <span>{say(verdict === 'solved' ? 'support.thanks' : 'support.noted')}</span>
      </p>
    );
  }
  return (
    <div className="verdict" role="group" aria-label={say('support.verdictAsk')}>
      <p className="body strong verdict-ask">{say('support.verdictAsk')}</p>
      <Button testId="helped-no" act={{ type: 'helped', helped: false }} className="btn btn--small">
        {say('support.unsolved')}
      </Button>
      <Button testId="helped-yes" act={{ type: 'helped', helped: true }} className="btn btn--small">
        {say('support.solved')}
      </Button>
    </div>
  );
}

/** Straight to what the answer speaks of, else to people. */
function LeadsTo({ body: { service, page } }: { readonly body: ViewBodyOf<'help-answer'> }) {
  const { say } = useKiosk();
  if (service !== undefined) {
    const off = service.available ? undefined : say('service.paused', { reason: say(`reason.${service.reason ?? 'switchedOff'}`) });
    return (
      <Action testId="help-service" act={{ type: 'service', service: service.name }} look="primary" iconAfter="next" off={off}>
        {off ?? say('support.goTo', { service: say(`service.${service.name}.name`) })}
      </Action>
    );
  }
  if (page !== undefined) {
    return (
      <Action
        testId="help-page"
        act={page === 'lost-card' ? { type: 'report-loss' } : { type: 'open', overlay: page }}
        look={page === 'lost-card' ? 'danger' : 'primary'}
        iconAfter="next"
      >
        {say(`support.leads.${page}`)}
      </Action>
    );
  }
  return <PersonAction />;
}
