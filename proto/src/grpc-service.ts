/** The bridge from a service as protobuf-es describes it to one that grpc-js serves and calls. */

import {
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { GenService, GenServiceMethods } from '@bufbuild/protobuf/codegenv2';
import {
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientWritableStream,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  makeClientConstructor,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';

/** What serves each method. */
export type Handlers<Methods extends GenServiceMethods> = {
  [Name in keyof Methods]: Handler<
    Methods[Name]['methodKind'],
    MessageShape<Methods[Name]['input']>,
    MessageShape<Methods[Name]['output']>
  >;
};

/** What calls each method. */
export type Calls<Methods extends GenServiceMethods> = Client & {
  [Name in keyof Methods]: Call<
    Methods[Name]['methodKind'],
    MessageShape<Methods[Name]['input']>,
    MessageShape<Methods[Name]['output']>
  >;
};

export function grpcService(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, grpcMethod(method)]));
}

export function grpcClient<Methods extends GenServiceMethods>(
  service: GenService<Methods>,
  to: { address: string; credentials: ChannelCredentials; options: ClientOptions },
): Calls<Methods> {
  const Constructor = makeClientConstructor(grpcService(service), service.typeName);
  return new Constructor(to.address, to.credentials, to.options) as unknown as Calls<Methods>;
}

function grpcMethod(method: DescMethod): MethodDefinition<Message, Message> {
  const { methodKind } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: serializer(method.input),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: serializer(method.output),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

function serializer(message: DescMessage): (value: Message) => Buffer {
  return (value) => {
    const bytes = toBinary(message, value);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

type MethodKind = DescMethod['methodKind'];

type Handler<Kind extends MethodKind, Input, Output> = {
  unary: handleUnaryCall<Input, Output>;
  client_streaming: handleClientStreamingCall<Input, Output>;
  server_streaming: handleServerStreamingCall<Input, Output>;
  bidi_streaming: handleBidiStreamingCall<Input, Output>;
}[Kind];

type Answered<Output> = (error: ServiceError | null, output?: Output) => void;
type CallOptions = { deadline?: Date };

type Call<Kind extends MethodKind, Input, Output> = {
  unary: (...asked: [Input, Metadata, CallOptions, Answered<Output>]) => void;
  client_streaming: (
    metadata: Metadata,
    options: CallOptions,
    answered: Answered<Output>,
  ) => ClientWritableStream<Input>;
  server_streaming: (input: Input, metadata: Metadata, options: CallOptions) => ClientReadableStream<Output>;
  bidi_streaming: (metadata: Metadata, options: CallOptions) => ClientDuplexStream<Input, Output>;
}[Kind];
