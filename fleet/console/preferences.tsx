/** Language and theme of this browser: chosen by the person, else by what the browser says; kept on this device only. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { locales, sayIn, wordOf, type Locale, type Say } from './words.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  readonly locale: Locale;
  readonly theme: Theme;
  readonly say: Say;
  /** A word for something the server names, e.g. `word('kind', 'load.committed')`. */
  readonly word: (group: string, name: string) => string;
  readonly setLocale: (locale: Locale) => void;
  readonly setTheme: (theme: Theme) => void;
}

const PreferencesContext = createContext<Preferences | undefined>(undefined);

export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext);
  if (preferences === undefined) throw new Error('outside of PreferencesProvider');
  return preferences;
}

export function useSay(): Say {
  return usePreferences().say;
}

export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [locale, setLocale] = useState(() => kept('console.locale', locales) ?? (navigator.language.startsWith('zh') ? 'zh-CN' : 'en'));
  const [theme, setTheme] = useState(() => kept('console.theme', themes) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  const say = useMemo(() => sayIn(locale), [locale]);
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dataset['theme'] = theme;
  }, [locale, theme]);
  // paper is white
  useEffect(() => {
    const show = (shown: Theme) => (): void => {
      document.documentElement.dataset['theme'] = shown;
    };
    const [before, after] = [show('light'), show(theme)];
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, [theme]);
  const preferences = useMemo<Preferences>(
    () => ({
      locale,
      theme,
      say,
      word: (group, name) => wordOf(locale, group, name),
      setLocale: (chosen) => {
        keep('console.locale', chosen);
        setLocale(chosen);
      },
      setTheme: (chosen) => {
        keep('console.theme', chosen);
        setTheme(chosen);
      },
    }),
    [locale, theme, say],
  );
  return <PreferencesContext value={preferences}>{children}</PreferencesContext>;
}

function kept<T extends string>(key: string, values: readonly T[]): T | undefined {
  try {
    const value = localStorage.getItem(key);
    return values.find((each) => each === value);
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a browser that keeps nothing: the choice holds until the page is left
  }
}
