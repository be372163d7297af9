/** The kiosk's live screen behind the cabinet's glass: the same component as on the machine, shrunk, and touchable. */
import { SafetyNet } from '../safety-net.tsx';
import { Screen } from '../screen.tsx';
import { scaleOf } from '../theme/scale.ts';
import { touch, type Shown } from './live-view.ts';
import { say } from './words.ts';

export type Orientation = 'portrait' | 'landscape';

/** Glass for which the screen is drawn; the window's style shrinks it. */
const SCALES = { portrait: scaleOf(1080, 1920), landscape: scaleOf(1920, 1080) } as const;

export function LiveScreen({ shown, orientation }: { readonly shown: Shown; readonly orientation: Orientation }) {
  const { view, arrivedAt } = shown;
  return (
    <div className="glass" role="group" aria-label={say('cabinet.screen')}>
      <div className="glass-stage">
        <SafetyNet view={view}>
          <Screen view={view} arrivedAt={arrivedAt} scale={SCALES[orientation]} send={touch} />
        </SafetyNet>
      </div>
    </div>
  );
}
