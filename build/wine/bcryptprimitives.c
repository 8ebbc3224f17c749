/* Debian's Wine 8 has no bcryptprimitives.dll, which every Go program loads for
   its random numbers. This one passes them on from RtlGenRandom. For tests
   under Wine only: it is no part of any package. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    while (length > 0) {
        ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!RtlGenRandom(data, part)) return FALSE;
        data += part;
        length -= part;
    }
    return TRUE;
}

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD why, LPVOID reserved) {
    return TRUE;
}
