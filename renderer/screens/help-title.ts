/** What the screens of help are called when they are spoken. Used by spoken-title.ts. */
import type { View } from '../../state-machines/view.ts';
import type { Say } from '../words.ts';

export function helpTitle(body: Extract<View['body'], { readonly kind: `help-${string}` }>, say: Say): string {
  switch (body.kind) {
    case 'help-home':
      return say('support.title');
    case 'help-groups':
      return say('support.groupsTitle');
    case 'help-list':
      return `${say(`support.group.${body.group}`)} · ${say('support.page', { at: body.page + 1, of: body.pages })}`;
    case 'help-search':
      return say('support.searchTitle');
    case 'help-answer':
      return body.question;
    case 'help-contacts':
      return say('support.contactsTitle');
  }
}
