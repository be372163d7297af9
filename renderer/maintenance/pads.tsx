/** Keys in a glove's size: digits, and letters with digits for what stands on a label. */
import type { ReactNode } from 'react';
import { StaffButton } from './staff-parts.tsx';
import { useStaffWords } from './words.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** What is typed, large. */
export function Typed({ text, label, unit }: { readonly text: string; readonly label: string; readonly unit?: string }) {
  return (
    <p className="staff-typed tn" role="status" aria-label={label} data-testid="typed">
      {text === '' ? '\u00a0' : text}
      {unit !== undefined && <span className="staff-unit">{unit}</span>}
    </p>
  );
}

/** @param extra stands in the place of 清除 where something else is of more use there */
export function DigitPad({ extra }: { readonly extra?: ReactNode }) {
  const say = useStaffWords();
  return (
    <div className="staff-pad">
      {DIGITS.map((digit) => (
        <StaffButton key={digit} testId={`digit-${digit}`} act={{ type: 'digit', digit }} typing>
          {digit}
        </StaffButton>
      ))}
      {extra ?? (
        <StaffButton testId="clear" act={{ type: 'clear' }}>
          {say('keys.clear')}
        </StaffButton>
      )}
      <StaffButton testId="digit-0" act={{ type: 'digit', digit: '0' }} typing>
        0
      </StaffButton>
      <StaffButton testId="erase" act={{ type: 'erase' }} typing>
        {say('keys.erase')}
      </StaffButton>
    </div>
  );
}

const KEYS = [...'1234567890', ...'QWERTYUIOP', ...'ASDFGHJKL-', ...'ZXCVBNM.'];

export function KeyBoard() {
  const say = useStaffWords();
  return (
    <div className="staff-keys">
      {KEYS.map((key) => (
        <StaffButton key={key} testId={`key-${key}`} act={{ type: 'key', key }} typing>
          {key}
        </StaffButton>
      ))}
      <StaffButton testId="clear" act={{ type: 'clear' }}>
        {say('keys.clear')}
      </StaffButton>
      <StaffButton testId="erase" act={{ type: 'erase' }} typing>
        {say('keys.erase')}
      </StaffButton>
    </div>
  );
}
