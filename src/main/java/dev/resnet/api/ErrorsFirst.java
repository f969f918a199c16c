package dev.resnet.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.condition.ProducesRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * Makes a missing resource 404 whatever the client accepts. Spring MVC compares {@code Accept}
 * before it calls the controller, so the client would get 406 instead of 404. Here GET and HEAD
 * requests always reach their controller, and 406 is sent only if the controller does not return an
 * error.
 */
final class ErrorsFirst extends RequestMappingHandlerMapping {
  private static final String NOT_ACCEPTABLE = ErrorsFirst.class.getName();
  private static final Set<String> READING = Set.of("GET", "HEAD");

  @Override
  protected @Nullable HandlerMethod handleNoMatch(
      Set<RequestMappingInfo> infos, String path, HttpServletRequest request)
      throws ServletException {
    try {
      return super.handleNoMatch(infos, path, request);
    } catch (HttpMediaTypeNotAcceptableException e) {
      // In the nested lookup the request is the wrapper, which accepts everything.
      if (!READING.contains(request.getMethod()) || request instanceof AcceptingEverything) {
        throw e;
      }
      HandlerMethod handler = lookup(path, request);
      if (handler == null) {
        throw e;
      }
      request.setAttribute(NOT_ACCEPTABLE, e);
      return handler;
    }
  }

  private @Nullable HandlerMethod lookup(String path, HttpServletRequest request)
      throws ServletException {
    ProducesRequestCondition.clearMediaTypesAttribute(request); // the parsed Accept
    try {
      return lookupHandlerMethod(path, new AcceptingEverything(request));
    } catch (ServletException e) {
      throw e;
    } catch (Exception e) {
      throw new ServletException(e);
    }
  }

  /** Sends the postponed 406 if the response is not an error. */
  @ControllerAdvice
  static final class Late implements ResponseBodyAdvice<Object> {

    @Override
    public boolean supports(
        MethodParameter returned, Class<? extends HttpMessageConverter<?>> converter) {
      return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
        @Nullable Object body,
        MethodParameter returned,
        MediaType type,
        Class<? extends HttpMessageConverter<?>> converter,
        ServerHttpRequest request,
        ServerHttpResponse response) {
      HttpServletRequest asked = ((ServletServerHttpRequest) request).getServletRequest();
      if (asked.getAttribute(NOT_ACCEPTABLE) instanceof HttpMediaTypeNotAcceptableException e
          && ((ServletServerHttpResponse) response).getServletResponse().getStatus() < 400) {
        asked.removeAttribute(NOT_ACCEPTABLE);
        throw new NotAcceptable(e);
      }
      return body;
    }
  }

  /** Wraps Spring's exception, which is checked, for a method that may not throw it. */
  static final class NotAcceptable extends RuntimeException {
    NotAcceptable(HttpMediaTypeNotAcceptableException cause) {
      super(cause);
    }

    HttpMediaTypeNotAcceptableException reason() {
      return (HttpMediaTypeNotAcceptableException) getCause();
    }
  }

  private static final class AcceptingEverything extends HttpServletRequestWrapper {
    AcceptingEverything(HttpServletRequest request) {
      super(request);
    }

    @Override
    public @Nullable String getHeader(String name) {
      return HttpHeaders.ACCEPT.equalsIgnoreCase(name)
          ? MediaType.ALL_VALUE
          : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
      return HttpHeaders.ACCEPT.equalsIgnoreCase(name)
          ? Collections.enumeration(Set.of(MediaType.ALL_VALUE))
          : super.getHeaders(name);
    }
  }
}
