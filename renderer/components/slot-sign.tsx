/** Words and an arrow to the card slot, on the side where it is. */
import { useKiosk } from '../kiosk-context.ts';
import { Icon } from './icon.tsx';

export function SlotSign() {
  const { view, say } = useKiosk();
  const side = view.site.slots.card;
  return (
    <p className="edge" data-side={side}>
      {side === 'left' && <Icon name="back" size="s" />}
      <span>{say(`slot.card.${side}`)}</span>
      {side === 'right' && <Icon name="next" size="s" />}
      {side === 'below' && <Icon name="down" size="s" />}
    </p>
  );
}
