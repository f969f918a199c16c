package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.Http2Wire;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What clients may occupy before access control has seen their calls. */
@Timeout(30)
class GrpcLimitsTests {
  private static final int CALLS = 3;
  private static final int THREADS = 2;
  private static final String LIVE = "/inference.GRPCInferenceService/ServerLive";

  private final BlockingQueue<StreamObserver<ServerLiveResponse>> arrived =
      new LinkedBlockingQueue<>();
  private final Set<String> threads = new ConcurrentSkipListSet<>();
  private GrpcConnections connections;
  private Server server;

  private static GrpcSettings settings(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("resnet.grpc", GrpcSettings.class);
  }

  @BeforeEach
  void start() throws Exception {
    connections =
        new GrpcConnections(
            settings(
                Map.of(
                    "resnet.grpc.max-connections",
                    "2",
                    "resnet.grpc.max-calls-per-connection",
                    String.valueOf(CALLS),
                    "resnet.grpc.flow-control-window",
                    "16KB",
                    "resnet.grpc.threads",
                    String.valueOf(THREADS))));
    var builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    connections.customize(builder);
    server =
        builder
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public void serverLive(
                      ServerLiveRequest request, StreamObserver<ServerLiveResponse> client) {
                    threads.add(Thread.currentThread().getName());
                    arrived.add(client);
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.shutdownNow().awaitTermination();
    connections.close();
  }

  private static int call(Http2Wire client, boolean ends) throws Exception {
    return client.request("POST", LIVE, ends, "content-type", "application/grpc", "te", "trailers");
  }

  @Test
  void aCallOverTheLimitOfItsConnectionIsRefused() throws Exception {
    try (var client = new Http2Wire(server.getPort())) {
      assertThat(client.read(Http2Wire.SETTINGS).settings())
          .containsEntry(Http2Wire.MAX_CONCURRENT_STREAMS, CALLS)
          .containsEntry(Http2Wire.INITIAL_WINDOW_SIZE, 16 << 10);
      int last = 0;
      for (int i = 0; i <= CALLS; i++) {
        last = call(client, false);
      }
      var refused = client.read(Http2Wire.RST_STREAM);
      assertThat(refused.stream()).isEqualTo(last);
      assertThat(refused.error()).isEqualTo(Http2Wire.REFUSED_STREAM);
    }
  }

  @Test
  void aConnectionOverTheLimitIsClosedAndLaterOnesAreNot() throws Exception {
    try (var first = new Http2Wire(server.getPort())) {
      assertThat(first.read(Http2Wire.SETTINGS)).isNotNull();
      try (var second = new Http2Wire(server.getPort())) {
        assertThat(second.read(Http2Wire.SETTINGS)).isNotNull();
        try (var third = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
          third.setSoTimeout(20_000);
          assertThat(third.getInputStream().read()).isEqualTo(-1);
        }
      }
      Http2Wire.Frame settings = null;
      while (settings == null) { // until the server has seen that the second one is closed
        try (var next = new Http2Wire(server.getPort())) {
          settings = next.read(Http2Wire.SETTINGS);
        } catch (SocketException e) {
          settings = null;
        }
      }
    }
  }

  @Test
  void callsThatAreAllCancelledAtOnceEndTheConnection() throws Exception {
    try (var client = new Http2Wire(server.getPort())) {
      try {
        for (int i = 0; i < 3000; i++) {
          client.reset(call(client, false));
        }
      } catch (SocketException e) {
        // It was ended meanwhile.
      }
      Http2Wire.Frame end = client.read(Http2Wire.GOAWAY);
      assertThat(end == null ? null : client.read(Http2Wire.GOAWAY)).isNull();
    }
  }

  @Test
  void callsAreAnsweredByALimitedNumberOfThreads() throws Exception {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try {
      var service = GRPCInferenceServiceGrpc.newFutureStub(channel);
      for (int i = 0; i < 50; i++) {
        var answer = service.serverLive(ServerLiveRequest.getDefaultInstance());
        StreamObserver<ServerLiveResponse> client = arrived.take();
        client.onNext(ServerLiveResponse.getDefaultInstance());
        client.onCompleted();
        answer.get();
      }
      assertThat(threads).hasSizeLessThanOrEqualTo(THREADS).allMatch(t -> t.matches("grpc-\\d+"));
    } finally {
      channel.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "flow-control-window, 16KB, true",
    "flow-control-window, 16383B, false",
    "flow-control-window, 16MB, true",
    "flow-control-window, 16777217B, false",
    "max-memory, 1MB, true",
    "max-memory, 1023KB, false",
    "max-memory, 0B, true",
    "max-time, 1ms, true",
    "max-time, 0s, false"
  })
  void settingsHaveARange(String name, String value, boolean valid) {
    GrpcSettings settings = settings(Map.of("resnet.grpc." + name, value));
    assertThat(settings.isWindowInRange() && settings.isMemoryInRange() && settings.isTimeInRange())
        .isEqualTo(valid);
  }
}
