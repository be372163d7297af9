/**
 * Keys for words: a board of letters and one of digits, phone order. Each key tells what was struck (`letter`, `digit`, `erase`, `clear`);
 * what was typed, and which board is out, comes back with the View. Keys don't repeat when held. Used wherever words are typed.
 */
import type { Preferences } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** `nine`: letters three or four a key, for who finds the characters behind them. */
export type Board = 'letters' | 'nine' | 'digits';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'] as const;
/** In larger print the keys are too wide for ten in a row: eight, in the order of the alphabet. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

export function Keyboard({ board }: { readonly board: Board }) {
  const { say, size } = useKiosk();
  return (
    <div className={`keyboard keyboard--${board}`} role="group" aria-label={say('support.key.board')} dir="ltr" lang="en">
      {board === 'digits' ? <Digits /> : board === 'nine' ? <Nine /> : size === 'standard' ? <Letters /> : <LargeLetters />}
    </div>
  );
}

function Letters() {
  const [top, middle, bottom] = ROWS;
  return (
    <>
      {[...top, ...middle].map((letter) => (
        <LetterKey key={letter} letter={letter} />
      ))}
      <ClearKey />
      {[...bottom].map((letter) => (
        <LetterKey key={letter} letter={letter} />
      ))}
      <EraseKey />
      <BoardKey to="digits" />
      <SpaceKey />
      <LanguageKey />
    </>
  );
}

function LargeLetters() {
  return (
    <>
      {[...ALPHABET].map((letter) => (
        <LetterKey key={letter} letter={letter} />
      ))}
      <BoardKey to="digits" />
      <LanguageKey />
      <SpaceKey />
      <ClearKey />
      <EraseKey />
    </>
  );
}

const NINE = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'] as const;

/** As on a telephone: the first key is the other board's, where the 1 would be. */
function Nine() {
  const [abc, def, ghi, jkl, mno, pqrs, tuv, wxyz] = NINE.map((letters, index) => <NineKey key={letters} letters={letters} digit={String(index + 2)} />);
  return (
    <>
      <BoardKey to="digits" />
      {abc}
      {def}
      <EraseKey />
      {ghi}
      {jkl}
      {mno}
      <ClearKey />
      {pqrs}
      {tuv}
      {wxyz}
      <SpaceKey />
      <LanguageKey />
    </>
  );
}

function NineKey({ letters, digit }: { readonly letters: string; readonly digit: string }) {
  return (
    <Button testId={`nine-${digit}`} act={{ type: 'nine', key: digit }} className="key key--letter" typing>
      {letters.toUpperCase()}
    </Button>
  );
}

function Digits() {
  return (
    <>
      {['123', '456', '789'].map((row, index) => (
        <Row key={row} digits={row}>
          {index === 0 ? <EraseKey /> : index === 1 ? <ClearKey /> : <SpaceKey />}
        </Row>
      ))}
      <BoardKey to="letters" />
      <DigitKey digit="0" />
      <LanguageKey />
    </>
  );
}

function Row({ digits, children }: { readonly digits: string; readonly children: React.ReactNode }) {
  return (
    <>
      {[...digits].map((digit) => (
        <DigitKey key={digit} digit={digit} />
      ))}
      {children}
    </>
  );
}

function LetterKey({ letter }: { readonly letter: string }) {
  return (
    <Button testId={`letter-${letter}`} act={{ type: 'letter', letter }} className="key key--letter" typing>
      {letter.toUpperCase()}
    </Button>
  );
}

function DigitKey({ digit }: { readonly digit: string }) {
  return (
    <Button testId={`digit-${digit}`} act={{ type: 'digit', digit }} className="key key--digit" typing>
      {digit}
    </Button>
  );
}

function EraseKey() {
  const { say } = useKiosk();
  return (
    <Button testId="erase" act={{ type: 'erase' }} className="key key--act key--erase" typing>
      <Icon name="erase" />
      <span className="vh">{say('custom.erase')}</span>
    </Button>
  );
}

function ClearKey() {
  const { say } = useKiosk();
  return (
    <Button testId="clear" act={{ type: 'clear' }} className="key key--act key--clear">
      <WordOrIcon icon="close" word={say('custom.clear')} />
    </Button>
  );
}

function SpaceKey() {
  const { say } = useKiosk();
  return (
    <Button testId="space" act={{ type: 'letter', letter: ' ' }} className="key key--act key--space" typing>
      <WordOrIcon icon="space" word={say('support.key.space')} />
    </Button>
  );
}

/** There is little room on a key in larger print: the word is for who listens. */
function WordOrIcon({ icon, word }: { readonly icon: 'close' | 'space'; readonly word: string }) {
  const { view, size } = useKiosk();
  if (size === 'standard') return <span lang={view.preferences.locale}>{word}</span>;
  return (
    <>
      <Icon name={icon} />
      <span className="vh">{word}</span>
    </>
  );
}

function BoardKey({ to }: { readonly to: 'letters' | 'digits' }) {
  const { say } = useKiosk();
  return (
    <Button testId={`board-${to}`} act={{ type: 'board', board: to }} className="key key--act key--board">
      <span aria-hidden="true">{to === 'digits' ? '123' : 'ABC'}</span>
      <span className="vh">{say(`support.key.${to}`)}</span>
    </Button>
  );
}

/** Between Chinese and English, with what was typed; all languages stand behind 语言. */
function LanguageKey() {
  const { view, say } = useKiosk();
  const other: Preferences['locale'] = view.preferences.locale === 'en' ? 'zh-CN' : 'en';
  return (
    <Button testId="key-language" act={{ type: 'prefer', preferences: { locale: other } }} className="key key--act key--language" lang={other}>
      {say('support.key.language')}
    </Button>
  );
}
