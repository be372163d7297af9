/** What each screen of staff is called: on its sign, and by assistive technology. */
import type { ViewBody } from '../../state-machines/view.ts';
import type { StaffSay } from './words.ts';

export type StaffBody = Extract<ViewBody, { readonly kind: `maintenance-${string}` }>;

export function isStaffScreen(body: ViewBody): body is StaffBody {
  return body.kind.startsWith('maintenance-');
}

export function staffTitle(body: StaffBody, say: StaffSay): string {
  switch (body.kind) {
    case 'maintenance-sign-in':
      return say('title.signIn');
    case 'maintenance-overview':
      return say('title.overview');
    case 'maintenance-box':
      return say('title.box');
    case 'maintenance-supplies':
      return say('title.supplies');
    case 'maintenance-devices':
      return say('title.devices');
    case 'maintenance-journal':
      return say('title.journal');
    case 'maintenance-story':
      return say('title.story', { reference: body.story.reference });
    case 'maintenance-load':
      return say('title.load', { reference: body.reference });
    case 'maintenance-system':
      return say('title.system');
    case 'maintenance-tests':
      return say(body.forReport ? 'title.readiness' : 'title.tests');
    case 'maintenance-frames':
      return say('title.frames');
    case 'maintenance-charts':
      return say('title.charts');
    case 'maintenance-chart':
      return say('title.chart', { chart: chartTitle(body, say) });
    case 'maintenance-replay':
      return say('title.replay', { reference: body.reference ?? '' });
    case 'maintenance-glass':
      return say(`glass.${body.test}`);
  }
}

/** Of the chart that each device has one of, which device. */
export function chartTitle({ chart, part }: Pick<Extract<StaffBody, { readonly kind: 'maintenance-chart' }>, 'chart' | 'part'>, say: StaffSay): string {
  return part === undefined ? say(`chart.${chart}`) : say('charts.of', { chart: say(`chart.${chart}`), part: say(`part.${part}`) });
}
