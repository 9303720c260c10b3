// Each rank says which it is.
#include <sevenfold/distributed/session.hpp>

#include <iostream>

int main() {
    const sevenfold::distributed::Session session({.mute_others = false});
    std::cout << "rank " << session.rank() << " of " << session.size() << '\n';
}
