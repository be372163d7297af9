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
  }
}
