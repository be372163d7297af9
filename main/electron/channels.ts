/** Names of the IPC channels between shell and preload. Used by those two and nobody else. */
export const channels = {
  /** shell → page: a View. */
  view: 'kiosk:view',
  /** shell → page: a KeyPress. */
  key: 'kiosk:key',
  /** page → shell: a UiEvent. */
  ui: 'kiosk:ui',
  /** page → shell: no payload. */
  ready: 'kiosk:ready',
  /** page → shell: a TrainingOrder; shell → page: a TrainingState. Of training terminals only. */
  training: 'kiosk:training',
} as const;
