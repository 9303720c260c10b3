// A museum of wrong gradients: rules that look right, each caught by gradient checking, with the entry that gives it away.
//
// The rules are in examples/museum/, one file each. The page turns them into exercises.
#include <algorithm>
#include <iostream>

#include "common.hpp"
#include "museum/exhibit.hpp"
#include "table.hpp"

using namespace sevenfold;
using examples::Table;

// The first wrong entry of an exhibit, as a row.
void add_row(Table& table, const viz::Exhibit& e) {
    for (const GradcheckResult& r : e.wrong_report.results) {
        if (r.passed()) continue;
        std::string entry;
        for (std::size_t i : r.entry) entry += text(entry.empty() ? "" : ", ", i);
        table.add({e.name, text(r.name, " (", entry, ')'), r.analytic, r.numeric, text(r.wrong, " of ", r.rule.size()),
                   r.guess});
        return;
    }
}

void show(const examples::Flags& flags, const std::string& name, const std::string& page) {
    std::vector<viz::Exhibit> shown;
    for (const museum::Exhibit& e : museum::exhibits())
        if (name.empty() || e.name == name) shown.push_back(museum::checked(e));
    if (shown.empty())
        fail<ValueError>("19_museum", text('"', name, '"'), "there is no exhibit of that name",
                         "Run it without --exhibit to see them all.");
    if (!name.empty()) {
        const viz::Exhibit& e = shown.front();
        std::cout << e.title << ": " << e.formula << "\n\n"
                  << e.value << "\n\n// The rule, which is wrong:\n"
                  << e.wrong << "\n\n"
                  << e.wrong_report.str() << '\n'
                  << e.question << "\n\nTry next: --page museum.html, which has the answer.\n";
    } else {
        std::cout << "Wrong rules, and what gradient checking says of the worst entry of each:\n\n";
        Table table({{"exhibit", Table::words, 19},
                     {"entry", Table::words, 8},
                     {"rule", 4, 8},
                     {"differences", 4, 11},
                     {"wrong", Table::words, 6},
                     {"what the numbers tell", Table::words}});
        for (const viz::Exhibit& e : shown) add_row(table, e);
        const auto caught = std::ranges::count_if(shown, [](const auto& e) { return !e.wrong_report.passed(); });
        const auto passed = std::ranges::count_if(shown, [](const auto& e) { return e.right_report.passed(); });
        std::cout << "\nCaught: " << caught << " of " << shown.size() << " wrong rules; passed: " << passed << " of "
                  << shown.size() << " right ones.\n";
        table.save(flags, "museum");
        std::cout << "Try next: --exhibit stale_value (its code and report), --page museum.html (exercises).\n";
    }
    if (!page.empty()) {
        viz::museum(shown, page);
        std::cout << "\nOpen it in a browser: " << page << '\n';
    }
}

int main(int argc, char** argv) {
    return examples::run([&] {
        std::string name, page;
        const examples::Flags flags = examples::read_flags(
            argc, argv, "A museum of wrong gradients, each caught by gradient checking.", {},
            {{"--exhibit", "Show this one alone", &name},
             {"--page", "Write the page with the exercises to this file", &page}},
            {"--data", "--epochs", "--batch", "--lr", "--seed", "--optimizer", "--save", "--resume", "--threads",
             "--micro-batch", "--patience", "--report", "--figures", "--compare", "--record"});
        show(flags, name, page);
    });
}
