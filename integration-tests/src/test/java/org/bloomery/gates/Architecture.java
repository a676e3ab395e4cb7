package org.bloomery.gates;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The shape of the product, as rules that a build can check. Each rule says why it is there, and
 * that is what its failure prints.
 *
 * @param root the package that holds the modules: the product's, or one with bad examples
 */
record Architecture(String root) {

  /** What core may use of the JDK: values, collections, time as data, text, and digests. */
  private static final List<String> PURE_PACKAGES =
      List.of(
          "java.lang",
          "java.lang.annotation",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.math",
          "java.nio",
          "java.nio.charset",
          "java.security",
          "java.text",
          "java.time",
          "java.time.format",
          "java.time.temporal",
          "java.util",
          "java.util.function",
          "java.util.regex",
          "java.util.stream");

  /** Text and bytes in memory, which only happen to live beside the files. */
  private static final Set<String> PURE_IO =
      Set.of(
          "java.io.ByteArrayInputStream",
          "java.io.ByteArrayOutputStream",
          "java.io.IOException",
          "java.io.Reader",
          "java.io.Serializable",
          "java.io.StringReader",
          "java.io.StringWriter",
          "java.io.UncheckedIOException",
          "java.io.Writer");

  private static final List<String> PURE_LIBRARIES =
      List.of("org.snakeyaml.engine", "com.samskivert.mustache");

  /** Threads, processes, randomness and the machine's own facts, in otherwise pure packages. */
  private static final Set<String> IMPURE =
      Set.of(
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.ProcessHandle",
          "java.lang.Runtime",
          "java.lang.Thread",
          "java.lang.ThreadLocal",
          "java.security.SecureRandom",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.Timer");

  /** {@code Map.copyOf} and its kin give an order that differs from one JVM to the next. */
  private static final Set<String> SALTED =
      Set.of("java.util.Set", "java.util.Map", "java.util.stream.Collectors");

  private static final Set<String> FILE_CLASSES =
      Set.of(
          "java.io.FileOutputStream",
          "java.io.FileWriter",
          "java.io.RandomAccessFile",
          "java.util.logging.FileHandler");

  private static final Set<String> FILE_WRITES =
      Set.of("copy", "move", "newOutputStream", "newBufferedWriter", "newByteChannel");

  List<ArchRule> rules() {
    return List.of(
        coreIsPure(),
        coreIsToldTheTime(),
        coreHasOneOrder(),
        modulesDependOneWay(),
        packagesHaveNoCycles(),
        onlyTheLoopRecords(),
        onlyTheLoopActs(),
        oneClassStartsProcesses(),
        onePackageWritesFiles(),
        httpTalksToNoBackend(),
        namesSaySomething());
  }

  ArchRule coreIsPure() {
    return classes()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .onlyDependOnClassesThat(describe("are pure", this::isPure))
        .because(
            "the core decides from what it is given: with IO, threads or randomness in it,"
                + " neither the simulator nor a test could replay a decision");
  }

  private boolean isPure(JavaClass type) {
    JavaClass element = type.getBaseComponentType();
    String name = element.getName();
    String outer = name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    String home = element.getPackageName();
    return element.isPrimitive()
        || isIn(home, root + ".core")
        || PURE_LIBRARIES.stream().anyMatch(library -> isIn(home, library))
        || PURE_IO.contains(name)
        || (PURE_PACKAGES.contains(home) && !IMPURE.contains(outer));
  }

  ArchRule coreIsToldTheTime() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .accessTargetWhere(access("the clock or chance", this::asksTheWorld))
        .because(
            "time and chance are arguments in the core, so that a run can be replayed exactly");
  }

  private boolean asksTheWorld(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    return (owner.startsWith("java.time.") && (name.equals("now") || name.startsWith("system")))
        || owner.equals("java.time.Clock")
        || (owner.equals("java.lang.System") && !name.equals("arraycopy"))
        || (owner.equals("java.lang.Math") && name.equals("random"))
        || (owner.equals("java.lang.StrictMath") && name.equals("random"))
        || (owner.equals("java.util.UUID") && name.equals("randomUUID"))
        || (owner.equals("java.util.Collections") && name.equals("shuffle"))
        || name.equals("printStackTrace")
        || name.startsWith("getResource")
        || (owner.startsWith("java.util.") && name.startsWith("parallel"));
  }

  ArchRule coreHasOneOrder() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .accessTargetWhere(access("a collection with a salted order", this::isSalted))
        .because(
            "Set.of, Map.of and their copies iterate in an order that changes with each JVM: use"
                + " List, TreeMap, EnumMap or LinkedHashMap, so that equal input renders equal"
                + " output");
  }

  private boolean isSalted(JavaAccess<?> access) {
    if (!SALTED.contains(access.getTargetOwner().getName())) {
      return false;
    }
    return switch (access.getName()) {
      case "of" ->
          access.getTarget() instanceof CodeUnitAccessTarget target
              && !target.getRawParameterTypes().isEmpty();
      case "copyOf", "ofEntries", "toUnmodifiableSet", "toUnmodifiableMap" -> true;
      default -> false;
    };
  }

  ArchRule modulesDependOneWay() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".controlplane..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(root + ".simulation..", root + ".cli..")
        .because("the command line wires the rest together; nothing below may know of it");
  }

  ArchRule packagesHaveNoCycles() {
    return slices()
        .matching(root + ".(**)")
        .should()
        .beFreeOfCycles()
        .because("two packages that need each other are one package with two names");
  }

  ArchRule onlyTheLoopRecords() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".controlplane.loop..")
        .should()
        .accessTargetWhere(
            access(
                "RunStore.record or RunStore.create",
                call ->
                    call.getTargetOwner().getName().equals(root + ".core.port.RunStore")
                        && List.of("record", "create").contains(call.getName())))
        .because("one writer needs no locks: whoever else wants a change asks the loop");
  }

  ArchRule onlyTheLoopActs() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".controlplane.loop..")
        .should()
        .accessTargetWhere(
            access(
                "ResourceManager.submit or ResourceManager.cancel",
                call ->
                    call.getTargetOwner().getName().equals(root + ".core.port.ResourceManager")
                        && List.of("submit", "cancel").contains(call.getName())))
        .because(
            "an effect comes after its record is durable, and only the loop knows when that is");
  }

  ArchRule oneClassStartsProcesses() {
    return noClasses()
        .that()
        .doNotHaveFullyQualifiedName(root + ".controlplane.process.ProcessRunner")
        .should()
        .accessTargetWhere(
            access(
                "the start of a process",
                call ->
                    call.getTargetOwner().getName().equals("java.lang.ProcessBuilder")
                        || (call.getTargetOwner().getName().equals("java.lang.Runtime")
                            && call.getName().equals("exec"))))
        .because("limits, time-outs and cleaning up are in ProcessRunner, once");
  }

  ArchRule onePackageWritesFiles() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(root + ".controlplane.files..")
        .should()
        .accessTargetWhere(access("the writing of a file", Architecture::writesFile))
        .because(
            "a file is written whole or not at all (temporary file, sync, rename), in one place");
  }

  /** Content only: directories, locks and the removal of files leave no half-written file. */
  private static boolean writesFile(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    if (owner.equals("java.nio.file.Files")) {
      return name.startsWith("write") || FILE_WRITES.contains(name);
    }
    if (owner.equals("java.nio.channels.FileChannel")) {
      return name.equals("write");
    }
    // Standard output is written through a descriptor, which is no file of ours.
    return FILE_CLASSES.contains(owner)
        && name.equals("<init>")
        && !access.getTarget().getFullName().contains("java.io.FileDescriptor");
  }

  ArchRule httpTalksToNoBackend() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".controlplane.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            root + ".controlplane.zookeeper..",
            root + ".controlplane.slurm..",
            root + ".controlplane.local..",
            "org.apache.zookeeper..",
            "org.apache.curator..")
        .allowEmptyShould(true)
        .because(
            "a request asks the control plane, which alone may have to say that it is unknown");
  }

  ArchRule namesSaySomething() {
    return noClasses()
        .should()
        .haveNameMatching("(?!.*ResourceManager$).*(Util|Utils|Helper|Helpers|Impl|Manager)")
        .because("such a name fits any class; say what it does, in the words of the field");
  }

  private static boolean isIn(String name, String parent) {
    return name.equals(parent) || name.startsWith(parent + ".");
  }

  private static DescribedPredicate<JavaAccess<?>> access(
      String what, Predicate<JavaAccess<?>> predicate) {
    return describe(what, predicate);
  }
}
