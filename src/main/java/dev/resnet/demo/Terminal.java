package dev.resnet.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The demo's output: a terminal, where a line can be redrawn, or a file or pipe, where it can't.
 */
final class Terminal {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean interactive;
  private final boolean colours;
  private boolean lineOpen;

  Terminal(PrintStream out, boolean interactive, boolean colours) {
    this.out = out;
    this.interactive = interactive;
    this.colours = colours;
  }

  /**
   * The process's standard output, bypassing the logging.
   *
   * @param environment variables of the process
   */
  static Terminal standardOutput(Map<String, String> environment) {
    Charset charset =
        Charset.forName(System.getProperty("native.encoding", Charset.defaultCharset().name()));
    String type = environment.getOrDefault("TERM", "dumb");
    boolean interactive = !type.equals("dumb") && isTerminal();
    boolean colours =
        interactive
            && !environment.containsKey("NO_COLOR")
            && (type.contains("256color") || environment.containsKey("COLORTERM"))
            && charset.newEncoder().canEncode('▀');
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, charset);
    return new Terminal(out, interactive, colours);
  }

  /**
   * System.console() also needs a terminal for input, and newer JDKs return one without a terminal.
   * So ask Linux.
   */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return System.console() != null; // not Linux
    }
  }

  boolean interactive() {
    return interactive;
  }

  /** Whether it can show coloured half blocks. */
  boolean colours() {
    return colours;
  }

  /** Prints a line that stays. */
  void line(String text) {
    close();
    out.println(text);
    out.flush();
  }

  /** Prints a line that the next one replaces, if possible. */
  void redraw(String text) {
    if (interactive) {
      out.print(ERASE_LINE + text);
      lineOpen = true;
    } else {
      out.println(text);
    }
    out.flush();
  }

  private void close() {
    if (lineOpen) {
      out.print(ERASE_LINE);
      lineOpen = false;
    }
  }
}
