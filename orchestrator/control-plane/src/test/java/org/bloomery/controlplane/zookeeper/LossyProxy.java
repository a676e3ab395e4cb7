package org.bloomery.controlplane.zookeeper;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and a real ZooKeeper, and cuts the connection at the worst moment: just
 * before a transaction reaches the server, or just before its answer reaches the client.
 */
final class LossyProxy implements AutoCloseable {
  /** What is lost with the next transaction. */
  enum Loss {
    NOTHING,
    REQUEST,
    ANSWER
  }

  /** ZooKeeper's code for a transaction, at byte 4 of a request; its number is at byte 0. */
  private static final int OPCODE_MULTI = 14;

  private static final int NO_REQUEST = Integer.MIN_VALUE;

  private final int serverPort;
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicReference<Loss> armed = new AtomicReference<>(Loss.NOTHING);
  private final AtomicInteger cuts = new AtomicInteger();

  LossyProxy(String connectString) throws IOException {
    serverPort = Integer.parseInt(connectString.substring(connectString.lastIndexOf(':') + 1));
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept, "proxy");
  }

  String connectString() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  void loseNext(Loss loss) {
    armed.set(loss);
  }

  /** How many connections it has cut so far. */
  int cuts() {
    return cuts.get();
  }

  private static void start(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        sockets.add(client);
        sockets.add(server);
        Connection connection = new Connection(client, server);
        start(connection::requests, "proxy-requests");
        start(connection::answers, "proxy-answers");
      }
    } catch (IOException e) {
      // Closed: the test is over.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One client's connection. */
  private final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile int answerToLose = NO_REQUEST;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void requests() {
      pump(client, server, this::passesRequest);
    }

    void answers() {
      pump(server, client, this::passesAnswer);
    }

    private boolean passesRequest(ByteBuffer frame) {
      if (frame.remaining() < 8 || frame.getInt(4) != OPCODE_MULTI) {
        return true;
      }
      Loss loss = armed.getAndSet(Loss.NOTHING);
      if (loss == Loss.ANSWER) {
        answerToLose = frame.getInt(0);
      }
      return loss != Loss.REQUEST;
    }

    private boolean passesAnswer(ByteBuffer frame) {
      return frame.getInt(0) != answerToLose;
    }

    /** Hands frames on until one may not pass, then cuts both sides. */
    private void pump(Socket from, Socket to, Gate gate) {
      try (from;
          to) {
        DataInputStream in = new DataInputStream(from.getInputStream());
        OutputStream out = to.getOutputStream();
        while (true) {
          byte[] frame = new byte[in.readInt()];
          in.readFully(frame);
          if (!gate.passes(ByteBuffer.wrap(frame))) {
            cuts.incrementAndGet();
            return;
          }
          // In one piece: the kernel holds back the second of two small ones for 40 ms.
          out.write(ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array());
          out.flush();
        }
      } catch (EOFException e) {
        return;
      } catch (IOException e) {
        // The other side was cut.
        return;
      }
    }
  }

  private interface Gate {
    boolean passes(ByteBuffer frame);
  }
}
