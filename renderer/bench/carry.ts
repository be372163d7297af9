/** Carrying a thing to the cabinet by drag and drop: the act it would do travels with it. */
import type { DragEvent } from 'react';
import { handActSchema, type HandAct } from '../../drivers/bench/protocol.ts';

const KIND = 'application/x-hand-act';

/** Attributes of something that can be carried. */
export function carries(act: HandAct) {
  return { draggable: true, onDragStart: (event: DragEvent) => event.dataTransfer.setData(KIND, JSON.stringify(act)) } as const;
}

/** Attributes of where it can be put down. */
export function putDown(hand: (act: HandAct) => void) {
  return {
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer.types.includes(KIND)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      const text = event.dataTransfer.getData(KIND);
      const act = text === '' ? undefined : handActSchema.safeParse(JSON.parse(text)).data;
      if (act !== undefined) hand(act);
    },
  } as const;
}
