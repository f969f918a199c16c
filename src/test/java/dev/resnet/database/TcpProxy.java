package dev.resnet.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A network between a client and a server on this machine, which a test can spoil and repair. */
public final class TcpProxy implements AutoCloseable {
  /** What the network does. */
  public enum Network {
    FINE,
    /** Delivers everything 100 ms later. */
    SLOW,
    /** Closes each connection at once. */
    CUT,
    /** Breaks each connection off at once, with a reset. */
    RESET,
    /** Accepts connections and bytes, and delivers nothing, on old connections too. */
    SILENT
  }

  private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ServerSocket entrance;
  private final InetSocketAddress server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private Network network = Network.FINE;

  public TcpProxy(String host, int port) throws IOException {
    server = new InetSocketAddress(host, port);
    entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** A proxy to the PostgreSQL server of a JDBC URL. */
  public static TcpProxy to(String url) throws IOException {
    String[] address = url.replaceFirst(".*//([^/]+)/.*", "$1").split(":");
    return new TcpProxy(address[0], Integer.parseInt(address[1]));
  }

  /** The same URL through this proxy. */
  public String through(String url) {
    return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + entrance.getLocalPort() + "/");
  }

  /** Changes the network, for open connections too. */
  public void become(Network now) {
    synchronized (this) {
      network = now;
      notifyAll();
    }
    if (now == Network.CUT || now == Network.RESET) {
      open.forEach(socket -> close(socket, now));
    }
  }

  private synchronized Network network() {
    return network;
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        Network now = network();
        if (now == Network.CUT || now == Network.RESET) {
          close(client, now);
          continue;
        }
        var out = new Socket();
        open.add(client);
        open.add(out);
        start(
            () -> {
              try {
                out.connect(server);
                start(() -> copy(out, client));
                copy(client, out);
              } catch (IOException e) {
                close(client, Network.CUT);
              }
            });
      } catch (IOException e) { // closed
        return;
      }
    }
  }

  private void copy(Socket from, Socket to) {
    var buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        awaitSound();
        if (network() == Network.SLOW) {
          LockSupport.parkNanos(DELAY_NANOS);
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException | InterruptedException e) {
      // The other end is gone, or the network broke this connection off.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private synchronized void awaitSound() throws InterruptedException {
    while (network == Network.SILENT) {
      wait();
    }
  }

  private static void close(Socket socket, Network how) {
    try {
      if (how == Network.RESET) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  private static void start(Runnable work) {
    var thread = new Thread(work, "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    become(Network.CUT);
  }
}
