package org.bloomery.integration;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A ZooKeeper ensemble of three servers, each a JVM of its own on the loopback interface. */
final class ZooKeeperServers implements AutoCloseable {
  static final int COUNT = 3;

  /** How a name of theirs is written in a hosts file. */
  static final String HOST = "zookeeper.test";

  private static final long START_SECONDS_MAX = 120;

  private final Path directory;
  private final List<Integer> clientPorts;
  private final List<Process> processes = new ArrayList<>();

  private ZooKeeperServers(Path directory) throws IOException {
    this.directory = directory;
    List<Integer> ports = freePorts(3 * COUNT);
    clientPorts = ports.subList(0, COUNT);
    for (int i = 0; i < COUNT; i++) {
      configure(i, ports);
    }
  }

  /** Starts three servers and waits until they have a leader. */
  static ZooKeeperServers start(Path directory) throws Exception {
    ZooKeeperServers servers = new ZooKeeperServers(directory);
    boolean started = false;
    try {
      for (int i = 0; i < COUNT; i++) {
        servers.processes.add(servers.launch(i));
      }
      servers.leader();
      started = true;
      return servers;
    } finally {
      if (!started) {
        servers.close();
      }
    }
  }

  /** Ports that nobody has now; all are held until the last one is found. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private void configure(int number, List<Integer> ports) throws IOException {
    Path own = Files.createDirectories(directory.resolve("zk" + number).resolve("data"));
    Files.writeString(own.resolve("myid"), Integer.toString(number + 1));
    StringBuilder text = new StringBuilder();
    text.append("dataDir=").append(own).append('\n');
    text.append("clientPortAddress=127.0.0.1\nclientPort=").append(ports.get(number)).append('\n');
    // Sessions from 2 to 20 s. What is killed here is a process: its writes are in the page cache.
    text.append("tickTime=1000\ninitLimit=10\nsyncLimit=3\nforceSync=no\npreAllocSize=1024\n");
    text.append("admin.enableServer=false\n4lw.commands.whitelist=srvr\n");
    for (int i = 0; i < COUNT; i++) {
      text.append(
          "server.%d=127.0.0.1:%d:%d%n"
              .formatted(i + 1, ports.get(COUNT + i), ports.get(2 * COUNT + i)));
    }
    Files.writeString(directory.resolve("zk" + number).resolve("zoo.cfg"), text);
  }

  private Process launch(int number) throws IOException {
    Path own = directory.resolve("zk" + number);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-Dzookeeper.forceSync=no",
            "-cp",
            System.getProperty("java.class.path"),
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            own.resolve("zoo.cfg").toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(own.resolve("log").toFile()))
        .start();
  }

  List<Integer> clientPorts() {
    return clientPorts;
  }

  /** Hosts and ports under a name that each client resolves for itself. */
  String connectString() {
    return String.join(",", clientPorts.stream().map(port -> HOST + ":" + port).toList());
  }

  /** The number of the server that leads; waits until one does. */
  int leader() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    while (System.nanoTime() < end) {
      for (int i = 0; i < COUNT; i++) {
        if (mode(i).equals("leader")) {
          return i;
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "no ZooKeeper server leads; the first one wrote:\n"
            + Files.readString(directory.resolve("zk0/log")));
  }

  private String mode(int number) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPorts.get(number)), 1000);
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      try (InputStream in = socket.getInputStream()) {
        String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return answer
            .lines()
            .filter(line -> line.startsWith("Mode: "))
            .map(line -> line.substring(6))
            .findFirst()
            .orElse("none");
      }
    } catch (IOException e) {
      return "gone";
    }
  }

  /** SIGKILL. */
  void kill(int number) throws InterruptedException {
    processes.get(number).destroyForcibly().waitFor();
  }

  /** Starts one again that was killed. */
  void restart(int number) throws IOException {
    processes.set(number, launch(number));
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    for (Process process : processes) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
