package dev.resnet.oip.grpc;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Limits what clients may occupy before access control has seen their calls: connections, calls on
 * each, bytes of each call, and threads. Netty and gRPC limit none of these, except the bytes of a
 * call, to 8 MB.
 */
final class GrpcConnections implements ServerBuilderCustomizer<NettyServerBuilder>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GrpcConnections.class);

  /**
   * Calls that a client may cancel on one connection in {@link #CANCELLING} before it is ended.
   * Many more than a client cancels whose deadlines pass; requests that are all cancelled at once
   * (CVE-2023-44487) are 100 times as many.
   */
  private static final int MOST_CANCELLED = 2000;

  /** Seconds. */
  private static final int CANCELLING = 10;

  private final GrpcSettings settings;
  private final ExecutorService threads;
  private final EventLoopGroup accepting = group(1, "grpc-accept-");
  private final EventLoopGroup transport =
      group(Math.max(2, Runtime.getRuntime().availableProcessors()), "grpc-io-");
  private final AtomicInteger open = new AtomicInteger();

  GrpcConnections(GrpcSettings settings) {
    this.settings = settings;
    // Tasks wait for a thread; the number of calls limits theirs.
    this.threads = Executors.newFixedThreadPool(settings.threads(), daemons("grpc-"));
  }

  private static CustomizableThreadFactory daemons(String prefix) {
    var factory = new CustomizableThreadFactory(prefix);
    factory.setDaemon(true);
    return factory;
  }

  private static EventLoopGroup group(int threads, String prefix) {
    return new MultiThreadIoEventLoopGroup(threads, daemons(prefix), NioIoHandler.newFactory());
  }

  @Override
  public void customize(NettyServerBuilder server) {
    server
        .channelFactory(Listening::new)
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(transport)
        .executor(threads)
        .maxConcurrentCallsPerConnection(settings.maxCallsPerConnection())
        // Fixed: gRPC would enlarge it to 8 MB on fast connections.
        .flowControlWindow((int) settings.flowControlWindow().toBytes())
        .maxRstFramesPerWindow(MOST_CANCELLED, CANCELLING);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    transport.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** Closes connections over the limit as soon as they are accepted. */
  private final class Listening extends NioServerSocketChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int count = super.doReadMessages(accepted);
      if (count > 0) {
        Channel connection = (Channel) accepted.get(accepted.size() - 1);
        if (open.incrementAndGet() > settings.maxConnections()) {
          open.decrementAndGet();
          accepted.remove(accepted.size() - 1);
          log.debug("gRPC connections refused, since there are {}", settings.maxConnections());
          connection.unsafe().closeForcibly();
        } else {
          connection.closeFuture().addListener(closed -> open.decrementAndGet());
        }
      }
      return count;
    }
  }
}
