package dev.resnet.ops;

import dev.resnet.api.Spelling;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * The names of the service's own settings. A name that starts with {@code resnet.} and is none of
 * them is a mistake, which Spring Boot would ignore.
 */
final class SettingNames {
  private static final Logger LOG = LoggerFactory.getLogger(SettingNames.class);
  private static final String OURS = "resnet";

  /** The engines read them themselves, as Java properties or from the environment. */
  private static final Set<String> OF_ENGINES =
      Set.of("resnet.engine.auto", "resnet.engine.cuda.device", "resnet.engine.cuda.libraries");

  /**
   * What classes of settings are called. To read all 1000 classes would take long at each start.
   */
  private static final List<String> CLASSES =
      List.of("**/*Properties.class", "**/*Settings.class", "**/*Limits.class");

  /** Those that no class of settings declares. */
  private static final Set<String> ALONE = Set.of("resnet.home", "resnet.role");

  /** Settings of earlier releases, and what to do instead. */
  private static final Map<String, String> REPLACED =
      Map.of(
          "resnet.serving.max-loaded-models",
          "It was replaced: set resnet.serving.max-loaded-memory to the bytes that all loaded"
              + " models may take, such as 256MB.");

  /** Allows for missing letters, swapped words and a renamed group. */
  private static final int MOST_EDITS = 6;

  private final Set<String> names = new TreeSet<>(ALONE);

  /** Their entries have names of their own. */
  private final Set<String> lists = new TreeSet<>();

  SettingNames() {
    names.addAll(OF_ENGINES);
    var scanner = new ClassPathScanningCandidateComponentProvider(false);
    scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
    for (String classes : CLASSES) {
      scanner.setResourcePattern(classes);
      scanner.findCandidateComponents("dev.resnet").stream()
          .map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), null))
          .forEach(
              type -> add(type.getAnnotation(ConfigurationProperties.class).value() + ".", type));
    }
  }

  private void add(String prefix, Class<?> settings) {
    for (RecordComponent component : settings.getRecordComponents()) {
      String name = prefix + dashed(component.getName());
      if (component.getType().isRecord()) {
        add(name + ".", component.getType());
      } else {
        names.add(name);
        if (Collection.class.isAssignableFrom(component.getType())) {
          lists.add(name);
        }
      }
    }
  }

  private static String dashed(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  Set<String> names() {
    return names;
  }

  /**
   * Looks through everything that can set something.
   *
   * @throws UnknownSettingException for the first name that is not known. In the environment it is
   *     only logged: Kubernetes adds variables of its own there, such as RESNET_PORT for a service
   *     called resnet
   */
  void check(ConfigurableEnvironment environment) {
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> enumerable) {
        boolean variables =
            source.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        for (String name : enumerable.getPropertyNames()) {
          if (variables) {
            checkVariable(name);
          } else {
            check(name, enumerable);
          }
        }
      }
    }
  }

  private void checkVariable(String name) {
    String plain = plain(name);
    boolean known =
        names.stream().anyMatch(setting -> plain(setting).equals(plain))
            || lists.stream().anyMatch(list -> plain.matches(plain(list) + "[0-9].*"));
    if (name.startsWith("RESNET_") && !known) {
      LOG.warn("{}", message("The environment variable " + name, name));
    }
  }

  private void check(String written, EnumerablePropertySource<?> source) {
    var name = ConfigurationPropertyName.adapt(written, '.');
    if (name.getNumberOfElements() < 2 || !element(name, 0).equals(OURS)) {
      return;
    }
    if (!isSystem(source)) {
      OF_ENGINES.stream()
          .filter(setting -> same(name, ConfigurationPropertyName.of(setting)))
          .findFirst()
          .ifPresent(
              setting -> {
                throw new UnknownSettingException(
                    "%s is read before the settings: write -D%s=… before -jar, or set %s."
                        .formatted(
                            written, setting, setting.replace('.', '_').toUpperCase(Locale.ROOT)));
              });
    }
    boolean known =
        names.stream().map(ConfigurationPropertyName::of).anyMatch(setting -> same(name, setting))
            || lists.stream().map(ConfigurationPropertyName::of).anyMatch(l -> isEntry(name, l))
            || isEmptyGroup(name, source.getProperty(written));
    if (!known) {
      throw new UnknownSettingException(message(written, written));
    }
  }

  private static boolean isSystem(PropertySource<?> source) {
    return source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
  }

  /** Spring Boot takes queue-capacity, queueCapacity and queue_capacity for the same. */
  private static String element(ConfigurationPropertyName name, int index) {
    return name.getElement(index, ConfigurationPropertyName.Form.UNIFORM);
  }

  private static boolean same(ConfigurationPropertyName a, ConfigurationPropertyName b) {
    return a.getNumberOfElements() == b.getNumberOfElements() && startsWith(a, b);
  }

  private static boolean startsWith(ConfigurationPropertyName a, ConfigurationPropertyName b) {
    return a.getNumberOfElements() >= b.getNumberOfElements()
        && IntStream.range(0, b.getNumberOfElements())
            .allMatch(i -> element(a, i).equals(element(b, i)));
  }

  private static boolean isEntry(ConfigurationPropertyName name, ConfigurationPropertyName list) {
    return startsWith(name, list)
        && name.getNumberOfElements() > list.getNumberOfElements()
        && element(name, list.getNumberOfElements()).matches("[0-9]+");
  }

  /** A group in YAML whose settings are all commented out. */
  private boolean isEmptyGroup(ConfigurationPropertyName name, @Nullable Object value) {
    return (value == null || value.toString().isEmpty())
        && names.stream()
            .map(ConfigurationPropertyName::of)
            .anyMatch(setting -> startsWith(setting, name));
  }

  private String message(String what, String name) {
    return "%s is not a setting.%s"
        .formatted(
            what,
            replaced(name)
                .or(() -> nearest(name).map("Did you mean %s?"::formatted))
                .map(" "::concat)
                .orElse(""));
  }

  private static Optional<String> replaced(String name) {
    return REPLACED.keySet().stream()
        .filter(old -> plain(old).equals(plain(name)))
        .findFirst()
        .map(REPLACED::get);
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
  }

  /** Other dots and dashes come first, then the same last word, then the fewest edits. */
  private Optional<String> nearest(String name) {
    String last = lastWord(name);
    return names.stream()
        .filter(known -> lastWord(known).equals(last) || edits(name, known) <= MOST_EDITS)
        .min(
            Comparator.comparing((String known) -> edits(name, known) > 0)
                .thenComparing(known -> !lastWord(known).equals(last))
                .thenComparing(known -> edits(name, known)));
  }

  private static String lastWord(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static int edits(String name, String known) {
    return Spelling.edits(plain(name), plain(known));
  }
}
