package dev.resnet.api;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.Parameters;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Refuses parameters that would do nothing: a misspelt one must not be ignored in silence. An
 * operation's parameters are those that its method declares, as {@link RequestParam}, {@link
 * Sortable}, or in words for the OpenAPI document.
 */
final class ParameterCheck implements HandlerInterceptor {
  private static final List<String> OF_A_PAGE = List.of("page", "size", "sort");

  /** By operation: each name, and whether it may be given several times. */
  private final Map<Method, Map<String, Boolean>> known = new ConcurrentHashMap<>();

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (handler instanceof HandlerMethod method && !request.getMethod().equals("OPTIONS")) {
      Problems problems = new Problems();
      pathVariables(request, problems);
      query(request, known.computeIfAbsent(method.getMethod(), m -> declared(method)), problems);
      problems.throwIfAny();
    }
    return true;
  }

  private static void pathVariables(HttpServletRequest request, Problems problems) {
    if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE)
        instanceof Map<?, ?> variables) {
      variables.forEach((name, value) -> text("" + name, "" + value, problems));
    }
  }

  private static void query(
      HttpServletRequest request, Map<String, Boolean> declared, Problems problems) {
    QueryString.of(request)
        .forEach(
            (name, values) -> {
              if (!declared.containsKey(name)) {
                problems.add(name, unknown(name, declared.keySet()));
              } else if (values.size() > 1 && !declared.get(name)) {
                problems.add(name, "is given %d times; give it once".formatted(values.size()));
              } else {
                values.forEach(value -> text(name, value, problems));
              }
            });
  }

  private static void text(String name, @Nullable String value, Problems problems) {
    if (value != null && value.codePoints().anyMatch(Character::isISOControl)) {
      problems.add(name, "must not hold control characters");
    }
  }

  private static String unknown(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return "is not a known parameter; this call has none";
    }
    return "is not a known parameter; %sthis call has %s"
        .formatted(
            Spelling.nearest(name, known).map("did you mean '%s'? "::formatted).orElse(""),
            String.join(", ", known));
  }

  private static Map<String, Boolean> declared(HandlerMethod handler) {
    Map<String, Boolean> names = new TreeMap<>();
    for (MethodParameter parameter : handler.getMethodParameters()) {
      if (parameter.hasParameterAnnotation(Sortable.class)) {
        OF_A_PAGE.forEach(name -> names.put(name, false));
      }
      RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
      if (declared != null) {
        parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
        Class<?> type = parameter.getParameterType();
        names.put(
            declared.name().isEmpty() ? "" + parameter.getParameterName() : declared.name(),
            type.isArray() || Collection.class.isAssignableFrom(type));
      }
    }
    AnnotatedElementUtils.findMergedRepeatableAnnotations(
            handler.getMethod(), Parameter.class, Parameters.class)
        .stream()
        .filter(parameter -> parameter.in() == ParameterIn.QUERY)
        .forEach(parameter -> names.putIfAbsent(parameter.name(), false));
    return names;
  }
}
