/** Search of the knowledge base: what is typed, the keys, and what was found so far. The terminal process searches. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Keyboard } from '../components/keyboard.tsx';
import { Notice } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { Ask, PagedActions } from './support.tsx';

type Body = ViewBodyOf<'help-search'>;

/** Characters that stand in the field in large letters; of more the end is seen, smaller. */
const SHORT = 12;
/** Of the end of what was typed. */
const SEEN = { portrait: 28, landscape: 16 } as const;

export function HelpSearch({ body }: { readonly body: Body }) {
  const { say, landscape } = useKiosk();
  const { typed, board } = body;
  const long = typed.length > SHORT;
  return (
    <>
      <Read className="read--search">
        <h1 className="title">{say('support.searchTitle')}</h1>
        <p className={`search-field ${long ? 'search-field--long' : ''}`} role="status" aria-label={say('support.searchField')} dir="ltr">
          <Icon name="search" />
          <bdi data-testid="typed">{typed.slice(-SEEN[landscape ? 'landscape' : 'portrait'])}</bdi>
          <span className="caret" aria-hidden="true" />
        </p>
        <p className="body quiet search-hint">{say('support.searchHint')}</p>
        {landscape && <Found body={body} />}
      </Read>
      <Touch className="touch--search">
        {!landscape && <Found body={body} />}
        <Keyboard board={board} />
      </Touch>
      <PagedActions page={body} />
    </>
  );
}

function Found({ body: { questions, typed } }: { readonly body: Body }) {
  const { say } = useKiosk();
  if (questions.length === 0) {
    return (
      <div className="found">
        <Notice tone="info" icon="search" live="status">
          <p className="body">
            <b>{say('support.none')}</b> <span>{say('support.noneNow')}</span>
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <div className="found" role="group" aria-label={say(typed === '' ? 'support.often' : 'support.searchTitle')}>
      {questions.map((question) => (
        <Ask key={question.id} question={question} />
      ))}
    </div>
  );
}
