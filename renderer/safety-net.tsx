/** Catches a screen that can't draw itself: the fault goes to the console, the glass says that the machine rests, the next View tries again. */
import { Component, type ReactNode } from 'react';
import type { View } from '../state-machines/view.ts';
import { money, sayIn } from './words.ts';

interface Props {
  readonly view: View;
  readonly children: ReactNode;
}

interface State {
  readonly broken: boolean;
  /** The View that `broken` speaks of. */
  readonly seq: number;
}

export class SafetyNet extends Component<Props, State> {
  override state: State = { broken: false, seq: this.props.view.seq };

  static getDerivedStateFromError(): Partial<State> {
    return { broken: true };
  }

  static getDerivedStateFromProps({ view }: Props, state: State): State | null {
    return view.seq === state.seq ? null : { broken: false, seq: view.seq };
  }

  override componentDidCatch(error: unknown): void {
    console.error('this View could not be drawn', this.props.view.body.kind, error);
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const { view } = this.props;
    const say = sayIn(view.preferences.locale);
    const { hotline, terminal } = view.site;
    const amount = 'amount' in view.body && view.body.amount !== undefined ? ` ${money(view.body.amount)}` : '';
    const reference = 'reference' in view.body ? view.body.reference : undefined;
    return (
      <main className="screen fallen" data-testid="screen" data-screen={view.body.kind} aria-label={say('outOfService.title')}>
        <h1 className="title">{say('outOfService.title')}</h1>
        {reference !== undefined && (
          <p className="lead">
            {say('contact.reference')} {reference}
            {amount}
          </p>
        )}
        <p className="lead">
          {hotline} · {terminal}
        </p>
      </main>
    );
  }
}
