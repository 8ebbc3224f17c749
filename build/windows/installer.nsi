; Installs Pátio for one person, without asking for an administrator.
; Built by build/scripts/package.sh, which passes VERSION, PROGRAMS (a folder
; with the programs), ICON and OUTPUT.
;
; The database lies in %LOCALAPPDATA%\Patio and never in the program's folder.
; What is uninstalled is what was installed, file by file: nothing is deleted
; with a wildcard or a recursive folder.

; 64 bits like the program: so the installer too can be run and tested under a
; Wine without 32-bit libraries.
Target amd64-unicode
Unicode true
!include "MUI2.nsh"
!include "WinVer.nsh"
!include "FileFunc.nsh"

Name "Pátio"
OutFile "${OUTPUT}"
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true
SetCompressor /SOLID lzma
InstallDir "$LOCALAPPDATA\Programs\Patio"
BrandingText "Pátio ${VERSION}"

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "Pátio"
VIAddVersionKey /LANG=0 "FileDescription" "Pátio"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "LegalCopyright" "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\patio.exe"
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_LANGDLL_ALLLANGUAGES

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "PortugueseBR"
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Spanish"

LangString OLD_WINDOWS ${LANG_PORTUGUESEBR} "O Pátio precisa do Windows 10 (64 bits) ou mais novo."
LangString OLD_WINDOWS ${LANG_ENGLISH} "Pátio needs Windows 10 (64-bit) or newer."
LangString OLD_WINDOWS ${LANG_SPANISH} "Pátio necesita Windows 10 (64 bits) o más nuevo."

LangString STILL_OPEN ${LANG_PORTUGUESEBR} "O Pátio está aberto. Feche a janela do Pátio e clique em Repetir. Tudo o que foi salvo está guardado."
LangString STILL_OPEN ${LANG_ENGLISH} "Pátio is open. Close its window and click Retry. All that was saved is safe."
LangString STILL_OPEN ${LANG_SPANISH} "Pátio está abierto. Cierre su ventana y haga clic en Reintentar. Todo lo guardado está a salvo."

LangString NEED_WEBVIEW ${LANG_PORTUGUESEBR} "O Pátio foi instalado, mas falta o WebView2 da Microsoft, que mostra a tela. Ele é gratuito e já vem no Windows 11.$\r$\n$\r$\nAbrir agora a página de download? Nela, escolha «Evergreen Bootstrapper»."
LangString NEED_WEBVIEW ${LANG_ENGLISH} "Pátio is installed, but Microsoft's WebView2, which shows its screen, is missing. It is free and part of Windows 11.$\r$\n$\r$\nOpen the download page now? There, choose “Evergreen Bootstrapper”."
LangString NEED_WEBVIEW ${LANG_SPANISH} "Pátio está instalado, pero falta WebView2 de Microsoft, que muestra la pantalla. Es gratuito y viene con Windows 11.$\r$\n$\r$\n¿Abrir ahora la página de descarga? Allí, elija «Evergreen Bootstrapper»."

LangString DATA_KEPT ${LANG_PORTUGUESEBR} "O Pátio foi removido. Seus dados continuam em:$\r$\n$LOCALAPPDATA\Patio\data$\r$\n$\r$\nPara apagá-los também, apague essa pasta você mesmo."
LangString DATA_KEPT ${LANG_ENGLISH} "Pátio was removed. Your records are still in:$\r$\n$LOCALAPPDATA\Patio\data$\r$\n$\r$\nTo delete them too, delete that folder yourself."
LangString DATA_KEPT ${LANG_SPANISH} "Pátio fue eliminado. Sus datos siguen en:$\r$\n$LOCALAPPDATA\Patio\data$\r$\n$\r$\nPara borrarlos también, borre usted mismo esa carpeta."

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Patio"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

; Waits until a program file can be replaced: Windows holds it while it runs.
; Without a person (/S) it gives up, and changes nothing.
!macro WAIT_CLOSED prefix
Function ${prefix}waitClosed
  again:
    IfFileExists "$INSTDIR\patio.exe" 0 done
    ClearErrors
    FileOpen $0 "$INSTDIR\patio.exe" a
    IfErrors open
    FileClose $0
    Goto done
  open:
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(STILL_OPEN)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 2
    Quit
  done:
FunctionEnd
!macroend
!insertmacro WAIT_CLOSED ""
!insertmacro WAIT_CLOSED "un."

Function .onInit
  !insertmacro MUI_LANGDLL_DISPLAY
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(OLD_WINDOWS)" /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
  Call waitClosed
FunctionEnd

Function un.onInit
  !insertmacro MUI_UNGETLANGUAGE
  Call un.waitClosed
FunctionEnd

; $0 is the version of WebView2, "" when there is none. It is installed for the
; machine or for one person, and both are looked for.
Function webviewVersion
  SetRegView 32
  ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW}" "pv"
  SetRegView 64
  ${If} $0 == ""
    ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW}" "pv"
  ${EndIf}
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW}" "pv"
  ${EndIf}
  ${If} $0 == "0.0.0.0"
    StrCpy $0 ""
  ${EndIf}
FunctionEnd

Section
  SetShellVarContext current
  SetOutPath "$INSTDIR"
  File "${PROGRAMS}/patio.exe"
  File "${PROGRAMS}/patioctl.exe"
  File "${PROGRAMS}/LICENSE.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\Pátio.lnk" "$INSTDIR\patio.exe"
  CreateShortCut "$DESKTOP\Pátio.lnk" "$INSTDIR\patio.exe"

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Pátio"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\patio.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "Pátio"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $1 $2 $3
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $1

  Call webviewVersion
  ${If} $0 == ""
    MessageBox MB_YESNO|MB_ICONINFORMATION "$(NEED_WEBVIEW)" /SD IDNO IDNO later
    ExecShell "open" "https://developer.microsoft.com/microsoft-edge/webview2/#download-section"
    later:
  ${EndIf}
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  Delete "$INSTDIR\patio.exe"
  Delete "$INSTDIR\patioctl.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\uninstall.exe"
  Delete "$SMPROGRAMS\Pátio.lnk"
  Delete "$DESKTOP\Pátio.lnk"
  ; Only if empty: what somebody else put there stays.
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL}"
  ; That it starts with the PC, and its name above notifications.
  DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Patio"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\patio.exe"
  MessageBox MB_OK|MB_ICONINFORMATION "$(DATA_KEPT)" /SD IDOK
SectionEnd
