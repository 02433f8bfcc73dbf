import { describe, expect, test } from '@jest/globals';
import { Agent } from 'node:https';
import { readProxySettings } from './proxy-settings.ts';

const proxy = 'http://proxy.example.com:3128';
const read = (environment: Record<string, string>) => readProxySettings(environment).proxies;

describe('readProxySettings', () => {
  test('nothing is set, and NO_PROXY alone means nothing', () => {
    expect(readProxySettings({})).toEqual({ proxies: {}, faults: [] });
    expect(readProxySettings({ NO_PROXY: 'x', HTTPS_PROXY: '' })).toEqual({ proxies: {}, faults: [] });
  });

  test.each([
    ['in capitals', { HTTPS_PROXY: proxy }],
    ['in small letters', { https_proxy: proxy }],
    ['in both, where the capitals win', { HTTPS_PROXY: proxy, https_proxy: 'http://other' }],
  ])('HTTPS_PROXY %s', (_, environment) => {
    const { HTTPS_PROXY, HTTP_PROXY } = read(environment);
    expect({ HTTPS_PROXY, HTTP_PROXY }).toEqual({ HTTPS_PROXY: proxy, HTTP_PROXY: undefined });
  });

  test('HTTP_PROXY is for http alone', () => expect(read({ http_proxy: proxy })).not.toHaveProperty('HTTPS_PROXY'));
  test('a proxy without a scheme speaks HTTP', () =>
    expect(read({ HTTPS_PROXY: 'proxy:3128' }).HTTPS_PROXY).toBe('http://proxy:3128'));

  test.each(['socks5://user:secret@proxy', 'http://', 'user:secret@:80', 'a b'])('%s is no proxy', (HTTPS_PROXY) => {
    const { proxies, faults } = readProxySettings({ HTTPS_PROXY });
    expect(proxies).toEqual({});
    expect(faults).toEqual([
      'HTTPS_PROXY is not the URL of an HTTP proxy. It looks like http://proxy.example.com:3128',
    ]);
  });
});

/** Asks Node itself whether it would go through the proxy: what matters is how it reads what we wrote. */
function isProxied(host: string, noProxy: string, port = 443): boolean {
  const agent = new Agent({ proxyEnv: { ...read({ HTTPS_PROXY: proxy, NO_PROXY: noProxy }) } });
  interface ProxyConfig {
    shouldUseProxy(hostname: string, port: number): boolean;
  }
  const values = Object.getOwnPropertySymbols(agent).map((key): unknown => Reflect.get(agent, key));
  const config = values.find((value) => typeof value === 'object' && value !== null && 'shouldUseProxy' in value);
  if (!config) throw new Error('this Node keeps its proxy settings elsewhere');
  return (config as ProxyConfig).shouldUseProxy(host, port);
}

describe('what NO_PROXY leaves out', () => {
  test.each([
    ['', 'sts.eu-west-1.amazonaws.com', true],
    ['*', 'sts.eu-west-1.amazonaws.com', false],
    ['sts.eu-west-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['.amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['*.amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['AmazonAWS.com', 'sts.eu-west-1.amazonaws.com', false],
    ['aws.com', 'sts.eu-west-1.amazonaws.com', true],
    ['other.example, amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['other.example amazonaws.com', 'sts.eu-west-1.amazonaws.com', false],
    ['10.0.0.0/8', '10.255.255.255', false],
    ['10.1.128.0/17', '10.1.127.255', true],
    ['10.1.128.0/17', '10.1.128.0', false],
    ['10.1.2.3', '10.1.2.3', false],
    ['10.1.2.3/32', '10.1.2.3', false],
    ['10.1.2.3/32', '10.1.2.4', true],
    ['0.0.0.0/0', '192.0.2.1', false],
    ['10.1.2.3/33', '10.1.2.3', true],
  ])('%j: %s through the proxy: %s', (noProxy, host, expected) => expect(isProxied(host, noProxy)).toBe(expected));

  test.each([
    'localhost',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    'fd00:ec2::23',
    '[fd00:ec2::23]',
    'fd00:ec2::254',
  ])('never %s, whatever it says', (host) => expect(isProxied(host, '')).toBe(false));
});
