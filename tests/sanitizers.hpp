// Which sanitizer this build has: memory is not reused under the address sanitizer, and freed blocks are kept for a while;
// both map terabytes of addresses.
#pragma once

#if defined(__has_feature)  // clang's way to ask
#define SEVENFOLD_TESTS_HAVE(feature) __has_feature(feature)
#else
#define SEVENFOLD_TESTS_HAVE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || SEVENFOLD_TESTS_HAVE(address_sanitizer)
constexpr bool address_sanitizer = true;
#else
constexpr bool address_sanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__) || SEVENFOLD_TESTS_HAVE(thread_sanitizer)
constexpr bool thread_sanitizer = true;
#else
constexpr bool thread_sanitizer = false;
#endif
