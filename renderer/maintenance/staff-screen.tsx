/** The screen of staff that a View asks for. */
import { BoxRoom } from './box.tsx';
import { ChartScreen } from './chart.tsx';
import { ChartsRoom } from './charts.tsx';
import { DevicesRoom } from './devices.tsx';
import { FramesScreen } from './frames.tsx';
import { GlassScreen } from './glass.tsx';
import { JournalRoom } from './journal.tsx';
import { LoadScreen } from './load.tsx';
import { Overview } from './overview.tsx';
import { ReplayScreen } from './replay.tsx';
import { SelfTests } from './self-tests.tsx';
import { StoryScreen } from './story.tsx';
import { SuppliesRoom } from './supplies.tsx';
import { SystemRoom } from './system.tsx';
import { SignIn } from './sign-in.tsx';
import type { StaffBody } from './titles.ts';

export function StaffScreen({ body }: { readonly body: StaffBody }) {
  switch (body.kind) {
    case 'maintenance-sign-in':
      return <SignIn body={body} />;
    case 'maintenance-overview':
      return <Overview body={body} />;
    case 'maintenance-box':
      return <BoxRoom body={body} />;
    case 'maintenance-supplies':
      return <SuppliesRoom body={body} />;
    case 'maintenance-devices':
      return <DevicesRoom body={body} />;
    case 'maintenance-journal':
      return <JournalRoom body={body} />;
    case 'maintenance-story':
      return <StoryScreen body={body} />;
    case 'maintenance-load':
      return <LoadScreen body={body} />;
    case 'maintenance-system':
      return <SystemRoom body={body} />;
    case 'maintenance-tests':
      return <SelfTests body={body} />;
    case 'maintenance-frames':
      return <FramesScreen body={body} />;
    case 'maintenance-charts':
      return <ChartsRoom body={body} />;
    case 'maintenance-chart':
      return <ChartScreen body={body} />;
    case 'maintenance-replay':
      return <ReplayScreen body={body} />;
    case 'maintenance-glass':
      return <GlassScreen body={body} />;
  }
}
