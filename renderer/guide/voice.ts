/** The voice of the machine: it says one thing after the other until it is silenced. Without a voice for the language nothing is heard. */
import type { Preferences } from '../../state-machines/view.ts';

/** Steps of the volume; 0 is mute, each further one 6 dB louder. 30 dB between 1 and 6; EN 301 549 8.2.1 asks for 18. */
export const VOLUME = { top: 6, usual: 4 } as const;
/** kiosk-ux.md 6. */
export const RATES = { steps: [0.75, 1, 1.25, 1.5, 2], usual: 1 } as const;

/** Languages of the voices that can say a language, the best first. */
const VOICES: Readonly<Record<Preferences['locale'], readonly string[]>> = {
  'zh-CN': ['zh-CN', 'cmn', 'zh'],
  'zh-HK': ['zh-HK', 'yue'],
  en: ['en'],
};

export type Sound = Pick<Preferences, 'locale' | 'volume' | 'rate'>;

export function say(text: string, { locale, volume = VOLUME.usual, rate = RATES.usual }: Sound): void {
  const voice = voiceOf(locale);
  if (voice === undefined || volume === 0) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  utterance.volume = 10 ** ((-6 * (VOLUME.top - volume)) / 20);
  utterance.rate = RATES.steps[rate] ?? 1;
  window.speechSynthesis.speak(utterance);
}

export function silence(): void {
  window.speechSynthesis.cancel();
}

function voiceOf(locale: Preferences['locale']): SpeechSynthesisVoice | undefined {
  const voices = window.speechSynthesis.getVoices();
  return VOICES[locale].map((lang) => voices.find((voice) => voice.lang.replaceAll('_', '-').startsWith(lang))).find((voice) => voice !== undefined);
}
