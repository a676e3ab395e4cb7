package org.bloomery.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The network between one control plane and all ZooKeeper servers: under an address of its own on
 * the loopback interface, so that it can be cut without touching anybody else's. While it is cut,
 * bytes are swallowed and connections stay open, as behind a switch that has died.
 */
final class Cable implements AutoCloseable {
  private final String address;
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean cut;

  /**
   * Lays a cable.
   *
   * @param number from 1 to 200, another one for each cable
   */
  Cable(int number, List<Integer> ports) throws IOException {
    address = "127.0.53." + number;
    for (int port : ports) {
      ServerSocket listener = new ServerSocket(port, 50, InetAddress.getAllByName(address)[0]);
      listeners.add(listener);
      start(() -> accept(listener, port));
    }
  }

  /** What makes a JVM's connections to the servers go through this cable. */
  List<String> options(Path directory) throws IOException {
    Path hosts = directory.resolve("hosts-" + address);
    Files.writeString(hosts, address + " " + ZooKeeperServers.HOST + "\n");
    return List.of("-Djdk.net.hosts.file=" + hosts);
  }

  void cut() {
    cut = true;
  }

  /** Mends it; connections that were open while it was cut have lost bytes, and break. */
  void mend() throws IOException {
    cut = false;
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "cable");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(ServerSocket listener, int port) {
    try {
      while (true) {
        Socket near = listener.accept();
        Socket far = new Socket();
        sockets.add(near);
        sockets.add(far);
        start(() -> connect(near, far, port));
      }
    } catch (IOException e) {
      // Closed: the test is over.
      return;
    }
  }

  private void connect(Socket near, Socket far, int port) {
    try {
      far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      start(() -> pump(near, far));
      pump(far, near);
    } catch (IOException e) {
      closeBoth(near, far);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!cut) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // One side has gone; so does the other.
      closeBoth(from, to);
    }
  }

  private static void closeBoth(Socket one, Socket other) {
    try (one;
        other) {
      return;
    } catch (IOException e) {
      // Gone already.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
    mend();
  }
}
