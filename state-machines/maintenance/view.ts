/** What the screen shows of the maintenance mode: its prompt or its rooms. Used by session-view. */
import type { MaintenanceSnapshot } from '../maintenance.ts';
import type { Picture } from '../picture.ts';
import type { CardBackSnapshot } from './card-back.ts';
import { cardBackPicture } from './card-back-view.ts';
import type { RoomsSnapshot } from './rooms.ts';
import { roomsPicture } from './rooms-view.ts';
import type { SignInSnapshot } from './sign-in.ts';
import { signInPicture } from './sign-in-view.ts';

/** @returns `undefined` when nobody is at it any more */
export function maintenancePicture(snapshot: MaintenanceSnapshot): Picture | undefined {
  const { signIn, second, rooms, cardBack } = snapshot.children;
  if (cardBack !== undefined) return cardBackPicture(cardBack.getSnapshot() as CardBackSnapshot);
  const prompt = second ?? signIn;
  if (prompt !== undefined) return signInPicture(prompt.getSnapshot() as SignInSnapshot);
  return rooms === undefined ? undefined : roomsPicture(rooms.getSnapshot() as RoomsSnapshot);
}
