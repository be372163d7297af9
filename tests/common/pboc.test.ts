/** Every value of card-application.md section 6, each MAC block included, and what the functions refuse. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../common/hex.ts';
import {
  cardKeys,
  decrypt,
  diversify,
  encrypt,
  loadSessionKey,
  mac,
  mac1,
  mac1Input,
  mac2,
  mac2Input,
  macBlocks,
  maskTail,
  PbocError,
  pbocVector,
  requireMac1,
  tac,
  tacInput,
  tacMacKey,
  verifyMac1,
  type LoadTerms,
} from '../../common/pboc.ts';

const blocksOf = (key: string, data: Uint8Array): string[] => macBlocks(fromHex(key), data).map((block) => toHex(block));
const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof PbocError) return error.code;
    throw error;
  }
  return 'no error';
};

const v1 = {
  input: {
    masterLoadKey: '3A7F10C4D2956B8E01F3A65C9D24E7B8',
    masterTacKey: 'C5E0918B7A3D264F6F12D8B40397EC5A',
    diversificationFactors: ['4100000012345678'],
    balance: 0,
    amount: 1,
    onlineCounter: 0,
    cardRandom: '1A2B3C4D',
    transactionType: '02',
    terminalId: '000001000050',
    date: '20260315',
    time: '081530',
  },
  output: {
    loadKey: '4922D4C8B86C62822B82AA238C2AAAAF',
    tacKey: '42FA9596FA86C9FEFBDD1796260EC4E2',
    sessionKey: 'F856EEAB7A473593',
    mac1: '824B80B8',
    mac2: 'ECB2E560',
    tac: '3863778A',
  },
  terms: {
    balanceBefore: 0,
    amount: 1,
    purseType: 2,
    terminalId: '000001000050',
    onlineCounter: 0,
    cardRandom: '1A2B3C4D',
    algorithm: 0,
  } satisfies LoadTerms,
  host: { hostDate: '20260315', hostTime: '081530' },
};

const v2 = {
  input: {
    masterLoadKey: '9B04E6D85F3172ACC8A1570E2D94F36B',
    masterTacKey: '27D5B3F90C688E41B96A0F7453E2CD18',
    diversificationFactors: ['01011000FFFFFFFF', '5170010170907984'],
    balance: 0x0ed8,
    amount: 100_000,
    onlineCounter: '000F',
    cardRandom: 'E7905A31',
    transactionType: 2,
    terminalId: '301000890003',
    date: '20261122',
    time: '133000',
  },
  output: {
    loadKey: '724DE4BC6830B8EFC3B0D5666DF7FD06',
    tacKey: 'E6E5D830F35E26E82EBFD5EE5FF2DC85',
    sessionKey: '251195B425308DBA',
    mac1: '80196D35',
    mac2: 'DFFC2EC1',
    tac: '1B283889',
  },
  terms: {
    balanceBefore: 0x0ed8,
    amount: 100_000,
    purseType: 2,
    terminalId: '301000890003',
    onlineCounter: 15,
    cardRandom: 'E7905A31',
    algorithm: 0,
  } satisfies LoadTerms,
  host: { hostDate: '20261122', hostTime: '133000' },
};

describe('DES', () => {
  test('the self-check T3 holds both ways', () => {
    const key = fromHex('133457799BBCDFF1');
    expect(toHex(encrypt(key, fromHex('0123456789ABCDEF')))).toBe('85E813540F0AB405');
    expect(toHex(decrypt(key, fromHex('85E813540F0AB405')))).toBe('0123456789ABCDEF');
  });

  test('a key of 8 or 16 bytes and whole blocks are needed, anything else is named', () => {
    expect(codeOf(() => encrypt(new Uint8Array(24), new Uint8Array(8)))).toBe('badKey');
    expect(codeOf(() => mac(new Uint8Array(24), new Uint8Array(8)))).toBe('badKey');
    expect(codeOf(() => mac(new Uint8Array(0), new Uint8Array(8)))).toBe('badKey');
    expect(codeOf(() => encrypt(new Uint8Array(8), new Uint8Array(7)))).toBe('badInput');
    expect(codeOf(() => mac(new Uint8Array(8), new Uint8Array(8), new Uint8Array(4)))).toBe('badInput');
  });
});

describe('V1: 1 fen on an empty purse, one level of diversification', () => {
  test('keys', () => {
    expect(toHex(diversify(fromHex(v1.input.masterLoadKey), [fromHex('4100000012345678')]))).toBe(v1.output.loadKey);
    expect(toHex(loadSessionKey(fromHex(v1.output.loadKey), v1.terms))).toBe(v1.output.sessionKey);
    expect(toHex(tacMacKey(fromHex(v1.output.tacKey)))).toBe('B9278200DC880D1C');
  });

  test('MAC1 with its input and every block', () => {
    expect(toHex(mac1Input(v1.terms))).toBe('000000000000000102000001000050');
    expect(blocksOf(v1.output.sessionKey, mac1Input(v1.terms))).toEqual(['902E2E8172DEBA2E', '824B80B84E86CB0C']);
    expect(toHex(mac1(fromHex(v1.output.sessionKey), v1.terms))).toBe('824B80B8');
  });

  test('MAC2 with its input and every block', () => {
    expect(toHex(mac2Input(v1.terms, v1.host))).toBe('000000010200000100005020260315081530');
    expect(blocksOf(v1.output.sessionKey, mac2Input(v1.terms, v1.host))).toEqual(['B077E72877AE950B', '74147EC925213731', 'ECB2E560F2A12568']);
    expect(toHex(mac2(fromHex(v1.output.sessionKey), v1.terms, v1.host))).toBe('ECB2E560');
  });

  test('TAC with its input and every block, the full padding block included', () => {
    expect(toHex(tacInput(v1.terms, v1.host))).toBe('000000010000000000010200000100005020260315081530');
    expect(blocksOf('B9278200DC880D1C', tacInput(v1.terms, v1.host))).toEqual(['676025C6764B5CA9', 'C9B93C4EEE5F4710', '0EE0D72F341BD9F4', '3863778AFA95401E']);
    expect(toHex(tac(fromHex(v1.output.tacKey), v1.terms, v1.host))).toBe('3863778A');
  });
});

describe('V2: 100000 fen, two levels of diversification', () => {
  test('keys of both levels', () => {
    const first = fromHex('01011000FFFFFFFF');
    expect(toHex(diversify(fromHex(v2.input.masterLoadKey), [first]))).toBe('61AE8F0AEA4A5C8D97B19143E4E1EA23');
    expect(toHex(diversify(fromHex(v2.input.masterTacKey), [first]))).toBe('01C7EC2137AE168B7A05A43877D4A9BA');
    expect(toHex(loadSessionKey(fromHex(v2.output.loadKey), v2.terms))).toBe('251195B425308DBA');
    expect(toHex(tacMacKey(fromHex(v2.output.tacKey)))).toBe('C85A0DDEACACFA6D');
  });

  test('inputs and blocks of MAC1, MAC2 and TAC', () => {
    expect(toHex(mac1Input(v2.terms))).toBe('00000ED8000186A002301000890003');
    expect(blocksOf('251195B425308DBA', mac1Input(v2.terms))).toEqual(['F47F59A50D34842B', '80196D3525510437']);
    expect(toHex(mac2Input(v2.terms, v2.host))).toBe('000186A00230100089000320261122133000');
    expect(blocksOf('251195B425308DBA', mac2Input(v2.terms, v2.host))).toEqual(['F9A00F3728292DE0', '2218750056F3F06D', 'DFFC2EC115FDC60C']);
    expect(toHex(tacInput(v2.terms, v2.host))).toBe('00019578000F000186A00230100089000320261122133000');
    expect(blocksOf('C85A0DDEACACFA6D', tacInput(v2.terms, v2.host))).toEqual(['F37A827306C0F098', 'FF5121FB488CA207', 'DC33E03C5BFE26F3', '1B283889FCB72C0D']);
  });

  test('an issuer that diversifies by issuer identifier and serial gets the same keys', () => {
    const { masterLoadKey, masterTacKey } = v2.input;
    const card = { issuer: '01011000FFFFFFFF', serial: '03105170010170907984' };
    const byName = cardKeys({ masterLoadKey, masterTacKey, levels: ['issuer', 'serial'] }, card);
    const byConstant = cardKeys({ masterLoadKey, masterTacKey, levels: ['01011000ffffffff', 'serial'] }, card);
    expect([toHex(byName.loadKey), toHex(byName.tacKey)]).toEqual([v2.output.loadKey, v2.output.tacKey]);
    expect(byConstant).toEqual(byName);
  });
});

describe('T2: a published FMCOS card, undiversified keys', () => {
  const key = fromHex('00112233445566778899AABBCCDDEEFF');
  const terms: LoadTerms = {
    balanceBefore: 0,
    amount: 0x2000,
    purseType: 2,
    terminalId: '001122334455',
    onlineCounter: 0,
    cardRandom: 'C903814D',
    algorithm: 0,
  };
  const host = { hostDate: '20161216', hostTime: '105800' };

  test('load', () => {
    const session = loadSessionKey(key, terms);
    expect(toHex(session)).toBe('11FDF264E8AEEFA3');
    expect(toHex(mac1(session, terms))).toBe('03976C22');
    expect(toHex(mac2(session, terms, host))).toBe('8AFA5718');
    expect(toHex(tac(key, terms, host))).toBe('FA00066D');
  });

  test('purchase', () => {
    const session = encrypt(key, fromHex('584633C9 0000 0000'));
    expect(toHex(session)).toBe('C08346DF9F1D457A');
    expect(toHex(mac(session, fromHex('00000001 06 001122334455 20161216134600')))).toBe('D45737C5');
    expect(toHex(mac(session, fromHex('00000001')))).toBe('66B54A6B');
    expect(toHex(mac(tacMacKey(key), fromHex('00000001 06 001122334455 00000000 20161216134600')))).toBe('8AF270DC');
  });
});

describe('6.4: secure messaging and purchase', () => {
  const smk = fromHex('83E05B7D1CF6294AA9C4376E50D2B81F');
  const iv = fromHex('19393A92 00000000');

  test.each([
    ['application block', '841E000004', '690EED1B'],
    ['application unblock', '8418000004', '7A1799EF'],
    ['update of file 15', '04D6950022 073141000000000001010000410000001234567820260315203603150000', '5167BE54'],
    ['write key', '84D407011C 0862575F031FCF55209EECAB2D0418F3707BBE16FA76590B', 'BC47EC75'],
  ])('MAC of %s', (_, command, expected) => {
    expect(toHex(mac(smk, fromHex(command), iv))).toBe(expected);
  });

  test('external authentication and key encryption', () => {
    expect(toHex(encrypt(smk, iv))).toBe('BE1ED25263770EDF');
    expect(toHex(encrypt(smk, fromHex('1401003300 0123456789ABCDEFFEDCBA9876543210 800000')))).toBe('0862575F031FCF55209EECAB2D0418F3707BBE16FA76590B');
  });

  test('purchase of 200 fen', () => {
    const session = encrypt(fromHex('6B18F4C2907DA35EE2395D8C41B0F76A'), fromHex('9AC87503 0003 002A'));
    const tacKey = tacMacKey(fromHex('D4A7039E5C61B82F10F98E6B274DC3A5'));
    expect(toHex(session)).toBe('2F0E302666B7B0B7');
    expect(toHex(mac(session, fromHex('000000C8 06 000001000050 20260315090000')))).toBe('24EEFA2D');
    expect(toHex(mac(session, fromHex('000000C8')))).toBe('31A127EA');
    expect(toHex(mac(tacKey, fromHex('000000C8 06 000001000050 0000002A 20260315090000')))).toBe('C49C9DCE');
  });
});

describe('algorithm ids and refusals', () => {
  test('algorithm 01 is single DES, with the left half of a 16-byte key', () => {
    const terms = { ...v1.terms, algorithm: 1 };
    const expected = toHex(encrypt(fromHex('4922D4C8B86C6282'), fromHex('1A2B3C4D 0000 8000')));
    expect(toHex(loadSessionKey(fromHex('4922D4C8B86C6282'), terms))).toBe(expected);
    expect(toHex(loadSessionKey(fromHex(v1.output.loadKey), terms))).toBe(expected);
  });

  test.each([2, 3, 4, 0x40])('algorithm id %i is refused: nobody knows what the card computes', (algorithm) => {
    expect(codeOf(() => loadSessionKey(fromHex(v1.output.loadKey), { ...v1.terms, algorithm }))).toBe('unknownAlgorithm');
  });

  test('algorithm 00 with an 8-byte key is refused', () => {
    expect(codeOf(() => loadSessionKey(new Uint8Array(8), v1.terms))).toBe('badKey');
  });

  test('MAC1: the right one is true, another false, zero is refused', () => {
    const session = fromHex(v1.output.sessionKey);
    expect(verifyMac1(session, v1.terms, '824b80b8')).toBe(true);
    expect(verifyMac1(session, v1.terms, '824B80B9')).toBe(false);
    expect(codeOf(() => verifyMac1(session, v1.terms, '00000000'))).toBe('zeroMac1');
    expect(codeOf(() => requireMac1('0000'))).toBe('badInput');
  });

  test('an amount that would overflow the balance, or values of a wrong length, are refused', () => {
    expect(codeOf(() => tacInput({ ...v1.terms, balanceBefore: 0xffff_ffff }, v1.host))).toBe('badInput');
    expect(codeOf(() => mac1Input({ ...v1.terms, amount: -1 }))).toBe('badInput');
    expect(codeOf(() => mac1Input({ ...v1.terms, terminalId: '00' }))).toBe('badInput');
    expect(codeOf(() => mac2Input(v1.terms, { hostDate: '2026', hostTime: '081530' }))).toBe('badInput');
    expect(codeOf(() => diversify(new Uint8Array(16), [new Uint8Array(7)]))).toBe('badInput');
    expect(codeOf(() => diversify(new Uint8Array(8), []))).toBe('badKey');
  });

  test('a master key that is no key is named without being repeated', () => {
    const wrong = { masterLoadKey: '3A7F10', masterTacKey: v1.input.masterTacKey, levels: [] };
    expect(() => cardKeys(wrong, { issuer: '', serial: '' })).toThrow('master load key: expected 16 bytes of hexadecimal');
  });
});

describe('kioskctl pboc vector', () => {
  test.each([v1, v2])('a file of numbers and hexadecimal gives every value of the load', ({ input, output }) => {
    expect(pbocVector(input)).toEqual(output);
  });

  test('counter and type may be numbers or hexadecimal, hexadecimal may be lower case and spaced', () => {
    expect(pbocVector({ ...v2.input, onlineCounter: 15, transactionType: '02', cardRandom: 'e7 90 5a 31' })).toEqual(v2.output);
  });

  test('without factors the masters are the card’s own keys', () => {
    const key = '00112233445566778899AABBCCDDEEFF';
    expect(pbocVector({ ...v1.input, masterLoadKey: key, masterTacKey: key, diversificationFactors: [] })).toMatchObject({ loadKey: key, tacKey: key });
  });

  test('every mistake is listed with its path', () => {
    const wrong = {
      ...v1.input,
      masterLoadKey: '3A7F',
      diversificationFactors: ['41'],
      amount: 0,
      onlineCounter: 'x',
      transactionType: '06',
      date: '2026-03-15',
    };
    const message = (() => {
      try {
        pbocVector(wrong);
      } catch (error) {
        if (error instanceof PbocError && error.code === 'badInput') return error.message;
      }
      return '';
    })();
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
      'masterLoadKey',
      'diversificationFactors.0',
      'amount',
      'onlineCounter',
      'transactionType',
      'date',
    ]);
  });

  test.each([null, [], 'text', 7, {}])('%j is refused as input', (input) => {
    expect(codeOf(() => pbocVector(input))).toBe('badInput');
  });

  test('a balance that the amount would overflow is refused', () => {
    expect(codeOf(() => pbocVector({ ...v1.input, balance: 0xffff_ffff }))).toBe('badInput');
  });
});

test('a person is shown the last four printed digits of a card number', () => {
  expect(maskTail('03105170010170907984')).toBe('7984');
  expect(maskTail('00004100000012345678')).toBe('5678');
});
