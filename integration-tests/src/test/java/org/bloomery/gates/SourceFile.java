package org.bloomery.gates;

import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.InstanceOfTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** What is untidy in the structure of one Java file, as the compiler's own parser reads it. */
final class SourceFile {
  static final int FUNCTION_LINES_MAX = 70;
  static final int INSTANCEOF_LADDER_MAX = 3;

  private final String path;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private final LineMap lines;

  private SourceFile(String path, CompilationUnitTree unit, SourcePositions positions) {
    this.path = path;
    this.unit = unit;
    this.positions = positions;
    this.lines = unit.getLineMap();
  }

  static SourceFile parse(String path, String text) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var source =
        new SimpleJavaFileObject(
            URI.create("string:///" + path), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    var task =
        (JavacTask)
            compiler.getTask(
                null, null, problem -> {}, List.of("-proc:none"), null, List.of(source));
    try {
      CompilationUnitTree unit = task.parse().iterator().next();
      return new SourceFile(path, unit, Trees.instance(task).getSourcePositions());
    } catch (IOException e) {
      throw new IllegalStateException(path + ": " + e.getMessage(), e);
    }
  }

  List<String> longFunctions() {
    List<String> found = new ArrayList<>();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void nothing) {
        long end = positions.getEndPosition(unit, method);
        long length = end < 0 ? 0 : lines.getLineNumber(end) - line(method) + 1;
        if (length > FUNCTION_LINES_MAX) {
          found.add(
              at(method)
                  + "%s has %d lines, a screen holds %d. Keep the flow, move the work to leaves."
                      .formatted(method.getName(), length, FUNCTION_LINES_MAX));
        }
        return super.visitMethod(method, null);
      }
    }.scan(unit, null);
    return found;
  }

  /**
   * Defaults in a switch over an enum. Its cases are bare names, while those over numbers and text,
   * which cannot do without a default, are literals.
   */
  List<String> defaultsOverEnums() {
    List<String> found = new ArrayList<>();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitSwitch(SwitchTree tree, Void nothing) {
        check(tree.getCases());
        return super.visitSwitch(tree, null);
      }

      @Override
      public Void visitSwitchExpression(SwitchExpressionTree tree, Void nothing) {
        check(tree.getCases());
        return super.visitSwitchExpression(tree, null);
      }

      private void check(List<? extends CaseTree> cases) {
        boolean overNames =
            cases.stream()
                .map(CaseTree::getExpressions)
                .flatMap(List::stream)
                .allMatch(IdentifierTree.class::isInstance);
        cases.stream()
            .filter(branch -> overNames && branch.getExpressions().isEmpty())
            .map(
                branch ->
                    at(branch)
                        + "a default over an enum hides the constant that is added next."
                        + " Name every constant.")
            .forEach(found::add);
      }
    }.scan(unit, null);
    return found;
  }

  List<String> instanceofLadders() {
    List<String> found = new ArrayList<>();
    Set<Tree> rungs = new HashSet<>();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitIf(IfTree tree, Void nothing) {
        int length = 0;
        Tree rung = tree;
        while (rung instanceof IfTree step && rungs.add(step)) {
          length += asksForType(step.getCondition()) ? 1 : 0;
          rung = step.getElseStatement();
        }
        if (length > INSTANCEOF_LADDER_MAX) {
          found.add(
              at(tree)
                  + "a ladder of %d instanceof forgets the type that is added next. Give the sealed"
                      .formatted(length)
                  + " interface a match with one case per type.");
        }
        return super.visitIf(tree, null);
      }
    }.scan(unit, null);
    return found;
  }

  private static boolean asksForType(ExpressionTree condition) {
    boolean[] asks = {false};
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitInstanceOf(InstanceOfTree tree, Void nothing) {
        asks[0] = true;
        return null;
      }
    }.scan(condition, null);
    return asks[0];
  }

  private long line(Tree tree) {
    return lines.getLineNumber(positions.getStartPosition(unit, tree));
  }

  private String at(Tree tree) {
    return path + ":" + line(tree) + " ";
  }
}
