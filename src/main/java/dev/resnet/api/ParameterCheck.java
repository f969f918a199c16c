package dev.resnet.api;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.Parameters;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Min;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.ConversionService;
import org.springframework.format.support.DefaultFormattingConversionService;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Validates the query of a request and reports all errors at once. Unknown parameters are refused,
 * because a misspelt one must not be ignored silently. The parameters of an operation are those
 * that its method declares: as {@link RequestParam}, as {@link Sortable}, or only in annotations
 * for the OpenAPI document.
 */
final class ParameterCheck implements HandlerInterceptor {
  private static final List<String> OF_A_PAGE = List.of("page", "size", "sort");

  /** Spring MVC's converters. */
  private static final ConversionService CONVERSIONS = new DefaultFormattingConversionService();

  /**
   * Parameters of each operation by name; null for those that only the OpenAPI document declares.
   */
  private final Map<Method, Map<String, @Nullable MethodParameter>> known =
      new ConcurrentHashMap<>();

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (handler instanceof HandlerMethod method && !request.getMethod().equals("OPTIONS")) {
      Problems problems = new Problems();
      pathVariables(request, problems);
      var declared = known.computeIfAbsent(method.getMethod(), m -> declared(method));
      MultiValueMap<String, @Nullable String> query = QueryString.of(request);
      query.forEach((name, values) -> given(name, values, declared, problems));
      values(query, declared, problems);
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

  private static void given(
      String name,
      List<@Nullable String> values,
      Map<String, @Nullable MethodParameter> declared,
      Problems problems) {
    if (!declared.containsKey(name)) {
      problems.add(name, unknown(name, declared.keySet()));
    } else if (values.size() > 1 && !isList(declared.get(name))) {
      problems.add(name, "is given %d times; give it once".formatted(values.size()));
    } else {
      values.forEach(value -> text(name, value, problems));
    }
  }

  private static boolean isList(@Nullable MethodParameter parameter) {
    return parameter != null
        && (parameter.getParameterType().isArray()
            || Collection.class.isAssignableFrom(parameter.getParameterType()));
  }

  /** Validates types and ranges of the parameters that have no error yet. */
  private static void values(
      MultiValueMap<String, @Nullable String> query,
      Map<String, @Nullable MethodParameter> declared,
      Problems problems) {
    declared.forEach(
        (name, parameter) -> {
          String value = query.getFirst(name);
          if (parameter == null || !problems.none(name)) {
            return;
          }
          if (isList(parameter)) {
            elements(name, query.getOrDefault(name, List.of()), parameter, problems);
            return;
          }
          Sortable sortable = parameter.getParameterAnnotation(Sortable.class);
          if (sortable != null) {
            PageRequest.read(given -> given.equals(name) ? value : null, sortable, problems);
          } else if (!query.containsKey(name) && isRequired(parameter)) {
            problems.add(name, "is required");
          } else if (value != null && !value.isEmpty()) { // an empty value means the default
            value(name, value, parameter, problems);
          }
        });
  }

  /** Several values, or one with commas between them. */
  private static void elements(
      String name, List<@Nullable String> values, MethodParameter parameter, Problems problems) {
    Class<?> type = ResolvableType.forMethodParameter(parameter).getGeneric(0).resolve();
    if (type == null || !type.isEnum()) {
      return;
    }
    values.stream()
        .filter(Objects::nonNull)
        .flatMap(value -> Stream.of(values.size() > 1 ? new String[] {value} : value.split(",")))
        .map(String::strip)
        .filter(value -> !value.isEmpty() && !isA(type, value))
        .findFirst()
        .ifPresent(value -> problems.add(name, Explanations.mismatch(type, value)));
  }

  private static boolean isA(Class<?> type, String value) {
    try {
      CONVERSIONS.convert(value, type);
      return true;
    } catch (ConversionException e) {
      return false;
    }
  }

  private static boolean isRequired(MethodParameter parameter) {
    RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
    return declared != null
        && declared.required()
        && declared.defaultValue().equals(ValueConstants.DEFAULT_NONE);
  }

  private static void value(
      String name, String value, MethodParameter parameter, Problems problems) {
    Class<?> type = parameter.getParameterType();
    try {
      Min min = parameter.getParameterAnnotation(Min.class);
      if (CONVERSIONS.convert(value, type) instanceof Number number
          && min != null
          && number.longValue() < min.value()) {
        problems.add(name, min.message());
      }
    } catch (ConversionException e) {
      problems.add(name, Explanations.mismatch(type, value));
    }
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

  private static Map<String, @Nullable MethodParameter> declared(HandlerMethod handler) {
    Map<String, @Nullable MethodParameter> names = new TreeMap<>();
    for (MethodParameter parameter : handler.getMethodParameters()) {
      if (parameter.hasParameterAnnotation(Sortable.class)) {
        OF_A_PAGE.forEach(name -> names.put(name, parameter));
      }
      RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
      if (declared != null) {
        parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
        names.put(
            declared.name().isEmpty() ? "" + parameter.getParameterName() : declared.name(),
            parameter);
      }
    }
    AnnotatedElementUtils.findMergedRepeatableAnnotations(
            handler.getMethod(), Parameter.class, Parameters.class)
        .stream()
        .filter(parameter -> parameter.in() == ParameterIn.QUERY)
        .forEach(parameter -> names.putIfAbsent(parameter.name(), null));
    return names;
  }
}
