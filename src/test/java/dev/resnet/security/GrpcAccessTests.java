package dev.resnet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerMetadataRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

/**
 * Access to gRPC. The service behind it implements nothing: what is let through gets UNIMPLEMENTED.
 */
class GrpcAccessTests {
  private static final Status.Code LET_THROUGH = Status.Code.UNIMPLEMENTED;

  private Server server;
  private ManagedChannel channel;
  private SimpleMeterRegistry meters;

  private static SecuritySettings settings(boolean keys, boolean anonymous) {
    return new SecuritySettings(
        Arrays.stream(Scope.values())
            .filter(scope -> keys)
            .map(
                scope ->
                    new SecuritySettings.Key(
                        scope.wireName(), TestKeys.sha256(TestKeys.of(scope)), scope.wireName()))
            .toList(),
        null,
        List.of(),
        anonymous);
  }

  private static Credentials credentials(boolean keys) {
    return new Credentials(new AccessKeys(settings(keys, false)), null);
  }

  private void start(boolean keys, String authority) throws Exception {
    meters = new SimpleMeterRegistry();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .intercept(
                new GrpcAccess(
                    credentials(keys),
                    keys ? null : new AllowedHosts(List.of("resnet.example.org")),
                    new SecurityFailures(meters)))
            .addService(new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {})
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    channel =
        InProcessChannelBuilder.forName(name).overrideAuthority(authority).directExecutor().build();
  }

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  private GRPCInferenceServiceBlockingStub service(@Nullable String authorization) {
    var headers = new Metadata();
    if (authorization != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    }
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private Status infer(@Nullable String authorization) {
    try {
      service(authorization).modelInfer(ModelInferRequest.getDefaultInstance());
      throw new AssertionError("it was answered");
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  @Test
  void everyMethodNeedsAKeyToClassify() throws Exception {
    start(true, "localhost:9090");
    for (String wrong :
        new String[] {null, "Bearer " + TestKeys.WRONG, "Basic eA==", "Bearer", "Bearer a b"}) {
      assertThat(infer(wrong).getCode()).as(wrong).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(infer(wrong).getDescription()).doesNotContain(TestKeys.WRONG);
    }
    for (Scope scope : Scope.values()) {
      assertThat(infer("bearer  " + TestKeys.of(scope)).getCode())
          .as("with a key to %s", scope)
          .isEqualTo(scope.includes(Scope.CLASSIFY) ? LET_THROUGH : Status.Code.PERMISSION_DENIED);
    }
    assertThatThrownBy(
            () -> service(null).serverMetadata(ServerMetadataRequest.getDefaultInstance()))
        .hasMessageContaining("UNAUTHENTICATED");
    assertThat(meters.get("resnet.security.failures").tag("reason", "scope").counter().count())
        .isEqualTo(1);
  }

  @Test
  void probesNeedNone() throws Exception {
    start(true, "localhost:9090");
    assertThatThrownBy(() -> service(null).serverLive(ServerLiveRequest.getDefaultInstance()))
        .hasMessageContaining(LET_THROUGH.name());
    assertThatCode(
            () ->
                HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()))
        .doesNotThrowAnyException();
  }

  @Test
  void withoutKeysTheHostIsChecked() throws Exception {
    start(false, "resnet.example.org:9090");
    assertThat(infer(null).getCode()).isEqualTo(LET_THROUGH);
    stop();
    start(false, "127.0.0.1:9090");
    assertThat(infer(null).getCode()).isEqualTo(LET_THROUGH);
    stop();
    start(false, "attacker.example:9090");
    assertThat(infer(null).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(infer(null).getDescription()).contains("resnet.security.allowed-hosts");
  }

  private static GrpcServerProperties listening(
      boolean keys, boolean anonymous, @Nullable String address, @Nullable String httpAddress)
      throws Exception {
    var beans = new StaticListableBeanFactory();
    beans.addBean("credentials", credentials(keys));
    beans.addBean("settings", settings(keys, anonymous));
    var http = new ServerProperties();
    http.setAddress(httpAddress == null ? null : InetAddress.getByName(httpAddress));
    beans.addBean("http", http);
    var properties = new GrpcServerProperties();
    properties.setAddress(address == null ? null : InetAddress.getByName(address));
    new GrpcListeningAddress(
            beans.getBeanProvider(Credentials.class),
            beans.getBeanProvider(SecuritySettings.class),
            beans.getBeanProvider(ServerProperties.class))
        .postProcessAfterInitialization(properties, "properties");
    return properties;
  }

  @Test
  void withoutKeysItListensOnLoopbackOnly() throws Exception {
    assertThat(listening(false, false, null, null).getAddress())
        .matches(InetAddress::isLoopbackAddress);
    assertThat(listening(false, false, "127.0.0.1", null).getAddress().getHostAddress())
        .isEqualTo("127.0.0.1");
    assertThat(listening(false, true, "0.0.0.0", null).getAddress().getHostAddress())
        .isEqualTo("0.0.0.0");
    assertThatThrownBy(() -> listening(false, false, "0.0.0.0", null))
        .isInstanceOf(UnsafeAddressException.class)
        .hasMessageContaining("spring.grpc.server.address is 0.0.0.0");
  }

  @Test
  void withoutAnAddressOfItsOwnItListensOnThatOfHttp() throws Exception {
    assertThat(listening(true, false, null, "127.0.0.1").getAddress().getHostAddress())
        .isEqualTo("127.0.0.1");
    assertThat(listening(true, false, "0.0.0.0", "127.0.0.1").getAddress().getHostAddress())
        .isEqualTo("0.0.0.0");
    assertThat(listening(true, false, null, null).getAddress()).isNull();
  }
}
