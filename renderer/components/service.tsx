/** A service as its tile shows it. Used by the first screen and the menu. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { NumberPicture } from './loss-pictures.tsx';
import { BalancePicture, PendingPicture, PrintPicture, TopUpPicture } from './pictures.tsx';

type ServiceName = ViewBodyOf<'attract'>['services'][number]['name'];

export const SERVICE_TEST_IDS = {
  topUp: 'start-top-up',
  pendingLoad: 'start-pending-load',
  balance: 'start-balance',
  statement: 'start-statement',
  account: 'start-account',
} as const satisfies Record<ServiceName, string>;

export function ServicePicture({ name }: { readonly name: ServiceName }) {
  switch (name) {
    case 'topUp':
      return <TopUpPicture />;
    case 'pendingLoad':
      return <PendingPicture />;
    case 'balance':
      return <BalancePicture />;
    case 'statement':
      return <PrintPicture />;
    case 'account':
      return <NumberPicture />;
  }
}
