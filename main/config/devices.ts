/** The fitted devices: model, address, and options that the model's own schema judges (drivers/…/models.ts). */
import { z } from 'zod';
import { modelsWithoutEscrow } from '../../drivers/cash-acceptor/models.ts';
import { deviceModels } from '../../drivers/registry.ts';
import { parseAddress } from '../../drivers/transport/address.ts';
import { TransportError } from '../../drivers/transport/transport.ts';

const address = z.string().superRefine((text, context) => {
  try {
    parseAddress(text);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

/** Every flow that takes cash holds a note in escrow until the journal has it. */
const cashAcceptor = device(deviceModels.cashAcceptor).superRefine((fitted, context) => {
  const without: readonly string[] = modelsWithoutEscrow;
  if (fitted === null || !without.includes(fitted.model)) return;
  const message = `expected a note acceptor with escrow: ${fitted.model} takes coins into the box at once, and no service of this terminal takes coins`;
  context.addIssue({ code: 'custom', path: ['model'], message });
});

/** `null`: not fitted. Options stay as written; the factory that makes the device parses them once more. */
function device(models: Readonly<Record<string, { readonly schema: z.ZodType }>>) {
  return z
    .strictObject({
      model: z.string().refine((name) => Object.hasOwn(models, name), `expected one of ${Object.keys(models).join(', ')}`),
      address,
      options: z.record(z.string(), z.unknown()).default({}),
    })
    .superRefine(({ model, options }, context) => {
      const schema = Object.hasOwn(models, model) ? models[model]?.schema : undefined;
      for (const issue of schema?.safeParse(options).error?.issues ?? []) context.addIssue({ ...issue, path: ['options', ...issue.path] });
    })
    .nullable()
    .default(null);
}

export const devicesSchema = z
  .strictObject({
    cardReader: device(deviceModels.cardReader),
    receiptPrinter: device(deviceModels.receiptPrinter),
    cashAcceptor,
    codeScanner: device(deviceModels.codeScanner),
    idReader: device(deviceModels.idReader),
    cabinet: device(deviceModels.cabinet),
    keypad: device(deviceModels.keypad),
  })
  .prefault({});
