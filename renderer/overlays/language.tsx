/** Each language in its own name. */
import type { Preferences } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { CloseAction } from './close.tsx';

export const LANGUAGES: readonly (readonly [Preferences['locale'], string])[] = [
  ['zh-CN', '简体中文'],
  ['zh-HK', '繁體中文'],
  ['en', 'English'],
];

export function LanguagePage() {
  const { view, say } = useKiosk();
  return (
    <>
      <Read>
        <h1 className="title">{say('language.title')}</h1>
        <p className="lead quiet under-title">{say('language.lead')}</p>
      </Read>
      <Touch className="touch--choices">
        {LANGUAGES.map(([locale, name]) => (
          <Button
            key={locale}
            testId={`language-${locale}`}
            act={{ type: 'prefer', preferences: { locale } }}
            className="choice choice--big"
            chosen={view.preferences.locale === locale}
            lang={locale}
          >
            <span>{name}</span>
            {view.preferences.locale === locale && <Icon name="tick" />}
          </Button>
        ))}
      </Touch>
      <Actions layout="one">
        <CloseAction word="help.resume" />
      </Actions>
    </>
  );
}
