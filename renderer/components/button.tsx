/** The one button of the product: pressed in the frame it is touched, active when released inside, deaf to the second half of a double touch. */
import { useId, useRef, type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import type { UiAct } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { countsOnce, isInside, isShielded } from '../touch.ts';

export interface ButtonProps {
  readonly testId: string;
  readonly act: UiAct;
  readonly className: string;
  /** The recommended next step of the screen: at most one. */
  readonly primary?: boolean;
  /** Why it can't be used now, in words; the button shows itself as off. */
  readonly off?: string | undefined;
  /** The reason already stands inside the button. */
  readonly offShown?: boolean;
  /** Chosen or not, for buttons that choose. */
  readonly chosen?: boolean;
  /** A key for typing: struck twice means twice. */
  readonly typing?: boolean;
  readonly lang?: string;
  readonly children: ReactNode;
}

export function Button({ testId, act, className, primary = false, off, offShown = false, chosen, typing = false, lang, children }: ButtonProps) {
  const kiosk = useKiosk();
  const reasonId = useId();
  const pressedBy = useRef<number | undefined>(undefined);

  const activate = (): void => {
    if (off === undefined && (typing || countsOnce(testId))) kiosk.act(act);
  };
  const show = (button: HTMLButtonElement, pressed: boolean): void => {
    button.toggleAttribute('data-pressed', pressed && off === undefined);
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>): void => {
    if (!event.isPrimary || event.button !== 0 || isShielded(event.clientX, event.clientY)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pressedBy.current = event.pointerId;
    show(event.currentTarget, true);
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>): void => {
    if (pressedBy.current === event.pointerId) show(event.currentTarget, isInside(event.currentTarget, event.clientX, event.clientY));
  };
  const onPointerUp = (event: PointerEvent<HTMLButtonElement>): void => {
    if (pressedBy.current !== event.pointerId) return;
    letGo(event);
    if (isInside(event.currentTarget, event.clientX, event.clientY)) activate();
  };
  const letGo = (event: PointerEvent<HTMLButtonElement>): void => {
    pressedBy.current = undefined;
    show(event.currentTarget, false);
  };
  const onClick = (event: MouseEvent): void => {
    if (event.detail === 0) activate(); // a key or assistive technology: a finger has come by its pointer already
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.repeat) event.preventDefault(); // held keys don't repeat
  };

  return (
    <button
      type="button"
      className={className}
      data-testid={testId}
      data-act={act.type}
      data-primary={primary ? '' : undefined}
      aria-disabled={off === undefined ? undefined : true}
      aria-describedby={off === undefined || offShown ? undefined : reasonId}
      aria-pressed={chosen}
      lang={lang}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={letGo}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {children}
      {off !== undefined && !offShown && (
        <span className="vh" id={reasonId}>
          {off}
        </span>
      )}
    </button>
  );
}
