// The settings of a case, each to be read: one that nobody asked for is one that this program does not know.
#pragma once

#include <set>

#include "golden.hpp"

namespace golden {

class Settings {
  public:
    explicit Settings(const json& config) : config_(config) {}

    double number(const std::string& key) { return use(key).get<double>(); }
    double number(const std::string& key, double absent) { return has(key) ? number(key) : absent; }
    std::uint64_t count(const std::string& key) { return use(key).get<std::uint64_t>(); }
    bool flag(const std::string& key) { return has(key) && use(key).get<bool>(); }
    bool has(const std::string& key) const { return config_.contains(key); }
    const json& use(const std::string& key) {
        used_.insert(key);
        return config_.at(key);
    }

    void report_unused(Report& report) const {
        for (const auto& [key, value] : config_.items())
            if (!used_.contains(key)) report.unknown("setting " + key);
    }

  private:
    const json& config_;
    std::set<std::string> used_;
};

}  // namespace golden
