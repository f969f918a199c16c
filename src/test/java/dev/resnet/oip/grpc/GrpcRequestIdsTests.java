package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveResponse;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Ids of calls and traces, in log lines and in answers. */
class GrpcRequestIdsTests {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Metadata.Key<String> ID = key("x-request-id");

  private final AtomicReference<Map<String, String>> logged = new AtomicReference<>();

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Returns the metadata of the answer. */
  private Metadata call(Metadata sent) throws Exception {
    String name = InProcessServerBuilder.generateName();
    var server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .intercept(new GrpcRequestIds())
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public void serverLive(
                      ServerLiveRequest request, StreamObserver<ServerLiveResponse> client) {
                    logged.set(Map.copyOf(MDC.getCopyOfContextMap()));
                    client.onNext(ServerLiveResponse.getDefaultInstance());
                    client.onCompleted();
                  }
                })
            .build()
            .start();
    var channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    try {
      var headers = new AtomicReference<Metadata>();
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(sent),
              MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
          .serverLive(ServerLiveRequest.getDefaultInstance());
      assertThat(MDC.get("request_id")).as("after the call").isNull();
      return headers.get();
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  @Test
  void theIdsOfAClientAreTakenOver() throws Exception {
    var sent = new Metadata();
    sent.put(ID, "Order-7_of.8");
    sent.put(key("traceparent"), "00-" + TRACE + "-00f067aa0ba902b7-01");
    Metadata answer = call(sent);
    assertThat(answer.getAll(ID)).containsExactly("Order-7_of.8");
    assertThat(answer.get(key("traceresponse"))).matches("00-" + TRACE + "-[0-9a-f]{16}-01");
    assertThat(logged.get()).containsEntry("request_id", "Order-7_of.8");
    assertThat(logged.get()).containsEntry("trace_id", TRACE);
  }

  @Test
  void aCallWithoutOneOrWithABadOneGetsOne() throws Exception {
    assertThat(call(new Metadata()).get(ID)).matches(UUID);
    assertThat(logged.get()).containsKey("request_id").doesNotContainKey("trace_id");

    var bad = new Metadata();
    bad.put(ID, "a b");
    assertThat(call(bad).get(ID)).matches(UUID);
    var two = new Metadata();
    two.put(ID, "a");
    two.put(ID, "b");
    assertThat(call(two).get(ID)).matches(UUID);
  }
}
