import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../drivers/transport/address.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { TransportError } from '../../../drivers/transport/transport.ts';

const plain = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1, rtscts: false };

describe('addresses', () => {
  test.each([
    ['serial:/dev/ttyUSB0', { scheme: 'serial', path: '/dev/ttyUSB0', settings: plain }],
    [
      'serial:/dev/ttyUSB0?baudRate=19200&parity=even&dataBits=7&stopBits=2&rtscts=true',
      { scheme: 'serial', path: '/dev/ttyUSB0', settings: { baudRate: 19200, dataBits: 7, parity: 'even', stopBits: 2, rtscts: true } },
    ],
    ['serial:COM3?baudRate=115200', { scheme: 'serial', path: 'COM3', settings: { ...plain, baudRate: 115200 } }],
    ['tcp:10.0.0.9:9100', { scheme: 'tcp', host: '10.0.0.9', port: 9100 }],
    ['tcp:[fe80::1]:9100', { scheme: 'tcp', host: 'fe80::1', port: 9100 }],
    ['hid:0c2e:0B61', { scheme: 'hid', selection: { vendorId: 0x0c2e, productId: 0x0b61 } }],
    ['hid:usage=8c:02', { scheme: 'hid', selection: { usagePage: 0x8c, usage: 0x02 } }],
    ['hid:?usage=FF00:1', { scheme: 'hid', selection: { usagePage: 0xff00, usage: 0x01 } }],
    ['hid:serial=SN%2042', { scheme: 'hid', selection: { serialNumber: 'SN 42' } }],
    [
      'hid:0c2e:0b61?usage=8c:02&serial=SN42',
      { scheme: 'hid', selection: { vendorId: 0x0c2e, productId: 0x0b61, usagePage: 0x8c, usage: 0x02, serialNumber: 'SN42' } },
    ],
    ['usblp:/dev/usb/lp0', { scheme: 'usblp', path: '/dev/usb/lp0' }],
    ['pcsc:', { scheme: 'pcsc', reader: '' }],
    ['pcsc:ACS ACR122U', { scheme: 'pcsc', reader: 'ACS ACR122U' }],
    ['pcsc:Reader [PICC] (v1?) 00 00', { scheme: 'pcsc', reader: 'Reader [PICC] (v1?) 00 00' }],
    ['sim:reader', { scheme: 'sim', place: 'name', name: 'reader' }],
    ['sim:/run/cabinet/reader.sock', { scheme: 'sim', place: 'socket', path: '/run/cabinet/reader.sock' }],
  ])('%s', (address, expected) => {
    expect(parseAddress(address)).toEqual(expected);
  });

  test.each([
    ['usb:1-2', /unknown scheme.*serial:.*tcp:.*hid:.*usblp:.*pcsc:.*sim:/],
    ['/dev/ttyUSB0', /unknown scheme/],
    ['', /unknown scheme/],
    ['serial:', /no path/],
    ['serial:/dev/ttyS0?baud=9600', /unknown option "baud"; serial takes baudRate, dataBits, parity, stopBits, rtscts/],
    ['serial:/dev/ttyS0?toString=1', /unknown option/],
    ['serial:/dev/ttyS0?baudRate=fast', /baudRate: expected a whole number from 50 to 4000000, found "fast"/],
    ['serial:/dev/ttyS0?baudRate=49', /baudRate/],
    ['serial:/dev/ttyS0?parity=mark', /parity: expected none, even or odd/],
    ['serial:/dev/ttyS0?dataBits=9', /dataBits: expected 5, 6, 7 or 8/],
    ['serial:/dev/ttyS0?stopBits=1.5', /stopBits: expected 1 or 2/],
    ['serial:/dev/ttyS0?rtscts=yes', /rtscts: expected true or false/],
    ['tcp:10.0.0.9', /expected tcp:HOST:PORT/],
    ['tcp:10.0.0.9:0', /port from 1 to 65535/],
    ['tcp:10.0.0.9:65536', /port from 1 to 65535/],
    ['tcp::9100', /expected tcp:HOST:PORT/],
    ['tcp:host:9100?x=1', /tcp takes no options/],
    ['hid:', /says nothing about the device; expected hid:VVVV:PPPP, hid:usage=PP:UU/],
    ['hid:scanner', /expected hid:VVVV:PPPP with four hexadecimal digits each/],
    ['hid:c2e:b61', /four hexadecimal digits/],
    ['hid:0c2e', /four hexadecimal digits/],
    ['hid:usage=8c:02?serial=1', /four hexadecimal digits/],
    ['hid:usage=8c', /usage: expected page and usage in hexadecimal, for example 8c:02, found "8c"/],
    ['hid:0c2e:0b61?use=8c:02', /unknown option "use"; hid takes usage, serial/],
    ['hid:0c2e:0b61?serial=', /serial: expected the serial number/],
    ['usblp:', /expected usblp:PATH/],
    ['usblp:lp0', /whole path/],
    ['usblp:/dev/usb/lp0?x=1', /usblp takes no options/],
    ['pcsc:ACS\nACR122U', /a reader name holds no control characters; expected pcsc:READER/],
    ['sim:', /expected sim:NAME/],
    ['sim:a b', /expected sim:NAME/],
    ['sim:reader?x', /sim takes no options/],
  ])('%s is refused, naming the address and what is expected', (address, message) => {
    const refuse = (): unknown => parseAddress(address);
    expect(refuse).toThrow(message);
    expect(refuse).toThrow(JSON.stringify(address));
    expect(refuse).toThrow(expect.objectContaining({ name: 'TransportError', code: 'badAddress', address }));
  });

  test('whatever is typed is an address or a badAddress, nothing else', () => {
    const schemes = constantFrom('serial:', 'tcp:', 'usblp:', 'sim:', 'hid:', 'hid:usage=', 'hid:0c2e:0b61?', 'pcsc:', 'serial:/dev/x?', '');
    assert(
      property(schemes, string(), (scheme, rest) => {
        try {
          parseAddress(scheme + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(TransportError);
        }
      }),
    );
  });
});

describe('an address behind which no byte line stands', () => {
  test('pcsc: carries its address, and tells a model that wants bytes what it is', async () => {
    const transport = createTransport('pcsc:ACS ACR122U', { simulation: 'refused' });
    expect(transport).toMatchObject({ address: 'pcsc:ACS ACR122U', isOpen: false });
    const refusal = { code: 'badAddress', message: 'address "pcsc:ACS ACR122U" is no byte line; only a model that works over PC/SC (pcsc-tray) can use it' };
    await expect(transport.open()).rejects.toMatchObject(refusal);
    await expect(transport.write(Uint8Array.of(1))).rejects.toMatchObject(refusal);
    await transport.close();
  });
});
