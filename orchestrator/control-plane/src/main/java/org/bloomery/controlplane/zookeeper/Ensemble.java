package org.bloomery.controlplane.zookeeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.PathUtils;

/**
 * The ZooKeeper ensemble that the file {@code zookeeper.properties} of a home names. Without that
 * file the home has a server of its own.
 *
 * <pre>
 * connect=zk1:2181,zk2:2181,zk3:2181/bloomery    required; what follows the last port is the root
 * sessionTimeoutSeconds=15                       how long a leader may be silent
 * owner=digest                                   or sasl:NAME or x509:NAME: whose the nodes are
 * zookeeper.client.secure=true                   and ZooKeeper's other settings for clients
 * </pre>
 *
 * @param servers hosts and ports
 * @param root the node that stands in for the tree's root; empty where that is ours
 * @param owner whose the nodes are, as {@code scheme:name}; empty: whoever knows the home's secret
 * @param settings of ZooKeeper's client, under its own names
 */
public record Ensemble(
    List<String> servers,
    String root,
    Duration sessionTimeout,
    Optional<String> owner,
    SortedMap<String, String> settings) {

  public static final String FILE = "zookeeper.properties";

  static final Duration SESSION_DEFAULT = Duration.ofSeconds(15);

  private static final int FILE_BYTES_MAX = 64 * 1024;
  private static final int SERVERS_MAX = 15;
  private static final int SESSION_SECONDS_MIN = 3;
  private static final int SESSION_SECONDS_MAX = 120;
  private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:]+\\]|[^:\\s\\[]+):(\\d+)");
  private static final Pattern OWNER = Pattern.compile("(sasl|x509):(\\S.*)");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> WRITTEN_BY_OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /** Read by Java itself, not by ZooKeeper's client. */
  private static final String LOGIN_FILE = "java.security.auth.login.config";

  /** ZooKeeper passes over what it does not know; a TLS setting with a slip would be no TLS. */
  private static final Set<String> KNOWN =
      Set.of(
          LOGIN_FILE,
          ZKClientConfig.SECURE_CLIENT,
          ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET,
          ZKClientConfig.ENABLE_CLIENT_SASL_KEY,
          ZKClientConfig.LOGIN_CONTEXT_NAME_KEY,
          ZKClientConfig.ZK_SASL_CLIENT_USERNAME,
          ZKClientConfig.ZK_SASL_CLIENT_CANONICALIZE_HOSTNAME,
          ZKClientConfig.ZOOKEEPER_SERVER_REALM,
          ZKClientConfig.ZOOKEEPER_SERVER_PRINCIPAL,
          "zookeeper.ssl.keyStore.location",
          "zookeeper.ssl.keyStore.password",
          "zookeeper.ssl.keyStore.passwordPath",
          "zookeeper.ssl.keyStore.type",
          "zookeeper.ssl.trustStore.location",
          "zookeeper.ssl.trustStore.password",
          "zookeeper.ssl.trustStore.passwordPath",
          "zookeeper.ssl.trustStore.type",
          "zookeeper.ssl.hostnameVerification",
          "zookeeper.ssl.protocol",
          "zookeeper.ssl.enabledProtocols",
          "zookeeper.ssl.ciphersuites",
          "zookeeper.ssl.crl",
          "zookeeper.ssl.ocsp",
          "zookeeper.fips-mode");

  public Ensemble {
    servers = List.copyOf(servers);
    settings = new TreeMap<>(settings);
  }

  /**
   * The ensemble of a home, if its file names one.
   *
   * @throws DurableStateException with all that is wrong with the file
   */
  public static Optional<Ensemble> ofHome(Path home) {
    Path file = home.resolve(FILE);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length > FILE_BYTES_MAX) {
        throw bad(file, List.of("it is larger than " + FILE_BYTES_MAX + " bytes"));
      }
      Properties properties = new Properties();
      properties.load(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
      SortedMap<String, String> keys = new TreeMap<>();
      properties
          .stringPropertyNames()
          .forEach(key -> keys.put(key, properties.getProperty(key).strip()));
      checkAccess(file, keys);
      return Optional.of(read(file, keys));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw bad(file, List.of("it is no properties file: " + e.getMessage()));
    } catch (IOException e) {
      throw new DurableStateException(file + " cannot be read: " + e, e);
    }
  }

  /** Whoever writes this file leads us to another ZooKeeper, and so runs commands as us. */
  private static void checkAccess(Path file, Map<String, String> keys) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    boolean secret = keys.keySet().stream().anyMatch(key -> key.endsWith(".password"));
    boolean open = mode.stream().anyMatch(WRITTEN_BY_OTHERS::contains);
    if (open || (secret && !OWNER_ONLY.containsAll(mode))) {
      throw new DurableStateException(
          file
              + " has mode "
              + PosixFilePermissions.toString(mode)
              + (open ? ": others may change it" : ": others may read its password")
              + ". Run: chmod 600 "
              + file);
    }
  }

  private static Ensemble read(Path file, SortedMap<String, String> keys) {
    List<String> problems = new ArrayList<>();
    String connect = taken(keys, "connect", "");
    int slash = connect.indexOf('/');
    List<String> servers = servers(slash < 0 ? connect : connect.substring(0, slash), problems);
    String root = slash < 0 ? "" : root(connect.substring(slash), problems);
    Duration session = session(taken(keys, "sessionTimeoutSeconds", ""), problems);
    Optional<String> owner = owner(taken(keys, "owner", "digest"), problems);
    keys.forEach((key, value) -> checkSetting(key, value, problems));
    if (owner.isPresent() && owner.get().startsWith("x509:") && !isSecure(keys)) {
      problems.add("owner=x509:.. needs zookeeper.client.secure=true");
    }
    if (!problems.isEmpty()) {
      throw bad(file, problems);
    }
    return new Ensemble(servers, root, session, owner, keys);
  }

  private static String taken(Map<String, String> keys, String key, String absent) {
    String value = keys.remove(key);
    return value == null ? absent : value;
  }

  private static List<String> servers(String text, List<String> problems) {
    List<String> servers = new ArrayList<>();
    for (String server : text.split(",", -1)) {
      Matcher parts = SERVER.matcher(server.strip());
      boolean good = parts.matches() && isPort(parts.group(2));
      if (!good) {
        problems.add(
            text.isEmpty()
                ? "connect is missing: write host:port of each server, separated by commas"
                : "connect: '" + server + "' is not a host and a port such as zk1:2181");
      }
      servers.add(server.strip());
    }
    if (servers.size() > SERVERS_MAX) {
      problems.add("connect names more than " + SERVERS_MAX + " servers");
    }
    return servers;
  }

  private static boolean isPort(String digits) {
    return digits.length() <= 5
        && Integer.parseInt(digits) >= 1
        && Integer.parseInt(digits) <= 65_535;
  }

  private static String root(String path, List<String> problems) {
    try {
      PathUtils.validatePath(path);
    } catch (IllegalArgumentException e) {
      problems.add("connect: the root " + path + " is no path of ZooKeeper: " + e.getMessage());
    }
    return path.equals("/") ? "" : path;
  }

  private static Duration session(String text, List<String> problems) {
    if (text.isEmpty()) {
      return SESSION_DEFAULT;
    }
    boolean number = text.matches("[0-9]{1,4}");
    int seconds = number ? Integer.parseInt(text) : 0;
    if (seconds < SESSION_SECONDS_MIN || seconds > SESSION_SECONDS_MAX) {
      problems.add(
          "sessionTimeoutSeconds=%s: write a whole number from %d to %d"
              .formatted(text, SESSION_SECONDS_MIN, SESSION_SECONDS_MAX));
    }
    return Duration.ofSeconds(seconds);
  }

  private static Optional<String> owner(String text, List<String> problems) {
    if (!text.equals("digest") && !OWNER.matcher(text).matches()) {
      problems.add("owner=" + text + ": write digest, sasl:NAME or x509:NAME");
    }
    return text.equals("digest") ? Optional.empty() : Optional.of(text);
  }

  private static void checkSetting(String key, String value, List<String> problems) {
    if (!KNOWN.contains(key)) {
      problems.add(
          key
              + " is neither connect, sessionTimeoutSeconds, owner nor a setting of ZooKeeper's"
              + " client: look for a slip");
    } else if (key.endsWith(".location") || key.endsWith("Path") || key.equals(LOGIN_FILE)) {
      if (!value.startsWith("/") || !Files.isReadable(Path.of(value))) {
        problems.add(key + "=" + value + ": there is no such file, written from '/' on, for us");
      }
    }
  }

  private static DurableStateException bad(Path file, List<String> problems) {
    return new DurableStateException(file + ": " + String.join("; ", problems) + ".");
  }

  /** What a client connects to to see our root as the root of the tree. */
  public String connectString() {
    return String.join(",", servers) + root;
  }

  /** Whether nobody on the way can read what is said. */
  public boolean isSecure() {
    return isSecure(settings);
  }

  private static boolean isSecure(Map<String, String> settings) {
    return Boolean.parseBoolean(settings.getOrDefault(ZKClientConfig.SECURE_CLIENT, "false"));
  }

  /** Whose the nodes are. */
  Owner ownerOf(Path home) {
    return owner
        .map(OWNER::matcher)
        .filter(Matcher::matches)
        .map(parts -> Owner.known(parts.group(1), parts.group(2)))
        .orElseGet(() -> Owner.of(ZooKeeperSecret.ofHome(home)));
  }

  /** How a session is opened. */
  CuratorSession.Access access(Path home) {
    ZKClientConfig config = new ZKClientConfig();
    if (isSecure()) {
      config.setProperty(
          ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET,
          "org.apache.zookeeper.ClientCnxnSocketNetty");
    }
    settings.forEach(config::setProperty);
    if (settings.containsKey(LOGIN_FILE)) {
      System.setProperty(LOGIN_FILE, settings.get(LOGIN_FILE));
    }
    return new CuratorSession.Access(connectString(), sessionTimeout, config, ownerOf(home));
  }
}
