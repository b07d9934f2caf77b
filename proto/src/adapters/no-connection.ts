/** Why a gRPC connection could not be made, in words for people: grpc-js tells it as it was told, with its own words around it. */

export interface NoConnection {
  reason: string;
  hint?: string;
}

/** `details`: of the status UNAVAILABLE. */
export function explainNoConnection(details: string): NoConnection {
  const said = /Last error: (?:Error: )?(.*?)\.? Resolution note:/su.exec(details)?.[1] ?? details;
  const known = explanations.find(({ sign }) => sign.test(said));
  return known ? { reason: known.reason ?? said, hint: known.hint } : { reason: said };
}

const explanations: readonly { sign: RegExp; reason?: string; hint: string }[] = [
  {
    sign: /ECONNREFUSED/u,
    reason: 'nobody listens there',
    hint: 'Is `cleangrid coordinator` running, and is this the address that it says it listens on?',
  },
  {
    sign: /Name resolution failed|ENOTFOUND|EAI_AGAIN/u,
    reason: 'its host name is not known',
    hint: 'Check the address, or give the IP address.',
  },
  {
    sign: /self-signed certificate|unable to (?:get local issuer|verify the first) certificate/u,
    hint: 'Its certificate was not signed by the CA of --tls-ca.',
  },
  {
    sign: /does not match certificate's altnames/u,
    hint: 'Call it by a name or an address that its certificate holds.',
  },
  {
    sign: /wrong version number/u,
    reason: 'it does not speak TLS',
    hint: 'Leave --tls-cert, --tls-key and --tls-ca away, or start the coordinator with TLS.',
  },
  {
    // Also with the time of the attempt.
    sign: /^Failed to connect|ECONNRESET/u,
    reason: 'it took the connection and ended it',
    hint: 'If it was started with TLS, this end needs --tls-cert, --tls-key and --tls-ca too, and a certificate that its CA signed.',
  },
];
