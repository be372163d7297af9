/** Language and theme, also before anybody is signed in. */
import { SelectField } from '../components/form.tsx';
import { themes, usePreferences } from '../preferences.tsx';

export function Settings() {
  const { say, locale, theme, setLocale, setTheme } = usePreferences();
  return (
    <>
      <SelectField
        label={say('frame.language')}
        value={locale}
        choices={[
          { value: 'zh-CN', word: '简体中文' },
          { value: 'en', word: 'English' },
        ]}
        onValue={setLocale}
      />
      <SelectField label={say('frame.theme')} value={theme} choices={themes.map((value) => ({ value, word: say(`theme.${value}`) }))} onValue={setTheme} />
    </>
  );
}
