/** Nothing of the person is on the glass; a touch anywhere brings it back. */
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';

export function HiddenPage() {
  const { say } = useKiosk();
  return (
    <Button testId="close" act={{ type: 'close' }} className="hidden-page">
      <Icon name="hide" size="l" />
      <span className="title">{say('hidden.title')}</span>
      <span className="lead">{say('hidden.lead')}</span>
    </Button>
  );
}
