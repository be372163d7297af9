/** Fields with their label, hint and complaint tied together, and the form that holds them while its act is under way. */
import { useEffect, useId, useRef, type InputHTMLAttributes, type ReactNode } from 'react';
import type { CallFailure } from '../api/client.ts';
import { useSay } from '../preferences.tsx';
import { Notice, useFailureWords } from './states.tsx';

interface FieldParts {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with it, in words. */
  readonly wrong?: string | undefined;
}

export interface TextFieldProps extends FieldParts, Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** For whoever opened the form: it begins here. */
  readonly first?: boolean;
}

export function TextField({ label, hint, wrong, value, onValue, first = false, className = '', ...input }: TextFieldProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (first) element.current?.focus();
  }, [first]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        ref={element}
        id={id}
        className={`input ${className}`}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        aria-invalid={wrong === undefined ? undefined : true}
        aria-describedby={describedBy(id, hint, wrong)}
      />
      <Remarks id={id} hint={hint} wrong={wrong} />
    </div>
  );
}

export function TextArea({
  label,
  hint,
  wrong,
  value,
  onValue,
  maxLength,
}: FieldParts & { readonly value: string; readonly onValue: (value: string) => void; readonly maxLength: number }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input"
        value={value}
        maxLength={maxLength}
        onChange={(event) => onValue(event.target.value)}
        aria-describedby={describedBy(id, hint, wrong)}
      />
      <Remarks id={id} hint={hint} wrong={wrong} />
    </div>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly word: string;
}

export function SelectField<T extends string>({
  label,
  value,
  choices,
  onValue,
  quiet = false,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onValue: (value: T) => void;
  /** The label is for assistive technology: what it is about stands beside it. */
  readonly quiet?: boolean;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={quiet ? 'vh' : undefined}>
        {label}
      </label>
      <select
        id={id}
        className="select"
        value={value}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.target.value);
          if (chosen !== undefined) onValue(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.word}
          </option>
        ))}
      </select>
    </div>
  );
}

/** @param submit not called again while `busy` */
export function Form({
  busy,
  failure,
  submit,
  children,
}: {
  readonly busy: boolean;
  readonly failure: CallFailure | null;
  readonly submit: () => void;
  readonly children: ReactNode;
}) {
  const words = useFailureWords();
  return (
    <form
      className="stack"
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      {failure !== null && (
        <Notice tone="danger" live="alert">
          {words(failure)}
        </Notice>
      )}
      {children}
    </form>
  );
}

function Remarks({ id, hint, wrong }: { readonly id: string; readonly hint: string | undefined; readonly wrong: string | undefined }) {
  return (
    <>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong !== undefined && (
        <p className="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </>
  );
}

function describedBy(id: string, hint: string | undefined, wrong: string | undefined): string | undefined {
  const parts = [...(wrong === undefined ? [] : [`${id}-wrong`]), ...(hint === undefined ? [] : [`${id}-hint`])];
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** Below a form: away from it, and what it does. */
export function FormButtons({ go, dangerous = false, onCancel }: { readonly go: string; readonly dangerous?: boolean; readonly onCancel: () => void }) {
  const say = useSay();
  return (
    <div className="buttons buttons--end">
      <button type="button" className="btn" onClick={onCancel}>
        {say('button.cancel')}
      </button>
      <button type="submit" className={`btn ${dangerous ? 'btn--danger' : 'btn--primary'}`}>
        {go}
      </button>
    </div>
  );
}
