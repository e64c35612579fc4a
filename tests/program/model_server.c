/* model_server.c - as the tests of rpc have it */
#include "../rpc/model_server.c" /* NOLINT(bugprone-suspicious-include) */
