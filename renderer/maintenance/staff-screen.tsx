/** The screen of staff that a View asks for. */
import { Overview } from './overview.tsx';
import { SignIn } from './sign-in.tsx';
import type { StaffBody } from './titles.ts';

export function StaffScreen({ body }: { readonly body: StaffBody }) {
  switch (body.kind) {
    case 'maintenance-sign-in':
      return <SignIn body={body} />;
    case 'maintenance-overview':
      return <Overview body={body} />;
  }
}
