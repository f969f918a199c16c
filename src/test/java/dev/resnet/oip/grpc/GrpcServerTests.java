package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.resnet.api.Http2Wire;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferRequest.InferInputTensor;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerMetadataRequest;
import dev.resnet.oip.web.InferenceOverHttp;
import dev.resnet.security.GrpcAccessForTests;
import dev.resnet.serving.web.BusyClassifier;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole server over a real port: interceptors, limits, reflection, health and TLS. */
@Timeout(30)
class GrpcServerTests extends InferenceOverHttp {
  private static final String CERTIFICATE = "classpath:tls/localhost.crt";
  private static final int LARGEST = 100_000;
  private static @Nullable RunningGrpcServer server;
  private static ManagedChannel channel;

  @Autowired private ConfigurableApplicationContext context;
  @Autowired private MeterRegistry meters;

  @BeforeEach
  void connect() throws Exception {
    if (server == null) {
      var pem =
          PemSslStoreDetails.forCertificate(CERTIFICATE)
              .withPrivateKey("classpath:tls/localhost.key");
      context
          .getBean(SslBundleRegistry.class)
          .registerBundle("grpc", SslBundle.of(new PemSslStoreBundle(pem, null)));
      server =
          RunningGrpcServer.start(
              context,
              "spring.grpc.server.ssl.bundle=grpc",
              "spring.grpc.server.inbound.message.max-size=" + LARGEST + "B");
      channel =
          server.channel(
              TlsChannelCredentials.newBuilder()
                  .trustManager(Path.of("src/test/resources/tls/localhost.crt").toFile())
                  .build());
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      channel.shutdownNow();
      server.close();
      server = null;
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static ClientInterceptor with(String name, String value) {
    var headers = new Metadata();
    headers.put(key(name), value);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private GRPCInferenceServiceBlockingStub service(@Nullable String accessKey) {
    var service =
        GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    return accessKey == null
        ? service
        : service.withInterceptors(with("authorization", "Bearer " + accessKey));
  }

  private static ModelInferRequest image(byte[] pixels) {
    return ModelInferRequest.newBuilder()
        .setModelName("net")
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("image")
                .setDatatype("UINT8")
                .addAllShape(List.of(1L, 32L, 32L, 3L)))
        .addRawInputContents(ByteString.copyFrom(pixels))
        .build();
  }

  private ModelInferRequest image() {
    return image(pixels(1));
  }

  private static void assertRefused(Status.Code code, String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(message);
            });
  }

  private Iterator<ServerReflectionResponse> services(@Nullable String accessKey) {
    var asked = ServerReflectionRequest.newBuilder().setListServices("*").build();
    return ClientCalls.blockingServerStreamingCall(
        service(accessKey).getChannel(),
        ServerReflectionGrpc.getServerReflectionInfoMethod(),
        CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
        asked);
  }

  @Test
  void everythingButProbesNeedsAKeyThatMayClassify() {
    assertThat(
            service(GrpcAccessForTests.CLASSIFY).modelInfer(image()).getRawOutputContents(0).size())
        .isEqualTo(4 * 10);
    assertRefused(
        Status.Code.UNAUTHENTICATED, "scope 'classify'", () -> service(null).modelInfer(image()));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        "'read'",
        () -> service(GrpcAccessForTests.READ).modelInfer(image()));

    assertThat(services(GrpcAccessForTests.CLASSIFY).next().toString())
        .contains("inference.GRPCInferenceService", "grpc.health.v1.Health");
    assertRefused(Status.Code.UNAUTHENTICATED, "scope 'classify'", () -> services(null).next());

    assertThat(service(null).serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void aMessageMayBeAsLargeAsTheLimit() {
    var service = service(GrpcAccessForTests.CLASSIFY);
    int beside = image(new byte[LARGEST]).getSerializedSize() - LARGEST;
    var largest = image(new byte[LARGEST - beside]);
    assertThat(largest.getSerializedSize()).isEqualTo(LARGEST);
    assertRefused(
        Status.Code.INVALID_ARGUMENT, "takes 3072 bytes", () -> service.modelInfer(largest));
    assertRefused(
        Status.Code.RESOURCE_EXHAUSTED,
        "exceeds maximum size " + LARGEST,
        () -> service.modelInfer(image(new byte[LARGEST - beside + 1])));
    // The connection still works.
    assertThat(service.modelInfer(image()).getOutputsCount()).isEqualTo(2);
  }

  private double refused(String reason) {
    return meters
        .get("resnet.inference.refused")
        .tag("reason", reason)
        .tag("size", "small")
        .counter()
        .count();
  }

  private void awaitOneWaiting() {
    var waiting = meters.get("resnet.inference.waiting").tag("size", "small").gauge();
    await().until(() -> waiting.value() == 1);
  }

  @Test
  void aCallThatIsCancelledOrLateIsNotComputed() {
    var service = service(GrpcAccessForTests.CLASSIFY);
    double gone = refused("gone");
    double expired = refused("expired");
    try (var busy = BusyClassifier.of(context)) {
      var call = GRPCInferenceServiceGrpc.newFutureStub(service.getChannel()).modelInfer(image());
      awaitOneWaiting();
      call.cancel(true);
      await().until(() -> refused("gone") == gone + 1);

      var late =
          GRPCInferenceServiceGrpc.newFutureStub(service.getChannel())
              .withDeadlineAfter(3, TimeUnit.SECONDS)
              .modelInfer(image());
      awaitOneWaiting();
      assertThatThrownBy(late::get).hasMessageContaining("DEADLINE_EXCEEDED");
      await().until(() -> refused("gone") + refused("expired") == gone + expired + 2);
    }
    var answer = service.modelInfer(image());
    assertThat(answer.getOutputsCount()).isEqualTo(2);
    assertThat(answer.getParametersOrThrow("precision").getStringParam()).isEqualTo("float32");
  }

  @Test
  void theIdOfARequestIsInItsAnswerAndInItsRefusal() {
    var headers = new AtomicReference<Metadata>();
    var trailers = new AtomicReference<Metadata>();
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    var service =
        service(null)
            .withInterceptors(
                with("x-request-id", "my-id"),
                with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
    service.serverLive(ServerLiveRequest.getDefaultInstance());
    assertThat(headers.get().get(key("x-request-id"))).isEqualTo("my-id");
    assertThat(headers.get().get(key("traceresponse"))).startsWith("00-" + trace);

    assertRefused(
        Status.Code.UNAUTHENTICATED,
        "",
        () -> service.serverMetadata(ServerMetadataRequest.getDefaultInstance()));
    assertThat(trailers.get().get(key("x-request-id"))).isEqualTo("my-id");
  }

  @Test
  void theLimitsOfItsConnectionsAreThoseOfTheSettings() throws Exception {
    var socket = (SSLSocket) tls().getSocketFactory().createSocket("localhost", server.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    try (var client = new Http2Wire(socket)) {
      assertThat(client.read(Http2Wire.SETTINGS).settings())
          .containsEntry(Http2Wire.MAX_CONCURRENT_STREAMS, 32)
          .containsEntry(Http2Wire.INITIAL_WINDOW_SIZE, 64 << 10);
    }
  }

  @Test
  void withoutTlsNothingIsAnswered() {
    ManagedChannel plaintext = server.channel(InsecureChannelCredentials.create());
    try {
      var service =
          GRPCInferenceServiceGrpc.newBlockingStub(plaintext)
              .withDeadlineAfter(20, TimeUnit.SECONDS);
      assertRefused(
          Status.Code.UNAVAILABLE,
          "",
          () -> service.serverLive(ServerLiveRequest.getDefaultInstance()));
    } finally {
      plaintext.shutdownNow();
    }
  }

  private static SSLContext tls() throws Exception {
    return SslBundle.of(new PemSslStoreBundle(null, PemSslStoreDetails.forCertificate(CERTIFICATE)))
        .createSslContext();
  }
}
